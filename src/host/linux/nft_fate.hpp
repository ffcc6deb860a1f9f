#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/any_network.hpp"

namespace wpns::host::linux_os {

/// The rules of one table by chain, in order, as nft lists them in JSON.
using NftRules = std::map<std::string, std::vector<nlohmann::json>>;

/// What a chain does to the first packet of a connection that a site opens to some address outside:
/// the packet comes by a link of the sites, from an address of the pool.
enum class Fate {
    accepted,
    refused,    ///< dropped or rejected
    undecided,  ///< the chain ends without a verdict, so the policy of its hook decides
};

/// A rule that is for some of these packets only (a port, a target, what nft cannot show of
/// iptables) neither accepts nor refuses them; one that leads some of them to where all are
/// accepted does accept them. Throws json::exception where the listing is not as expected.
[[nodiscard]] Fate fate_of(const NftRules& rules, const std::string& chain, const AnyNetwork& pool);

}  // namespace wpns::host::linux_os
