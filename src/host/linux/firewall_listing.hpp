#pragma once

#include <string>
#include <vector>

#include "host/linux/nft_context.hpp"
#include "model/refusals.hpp"
#include "model/resolved_target.hpp"
#include "render/firewall_elements.hpp"

/// Reading table inet wpns, and no other: a foreign table may be huge or hold what this libnftables
/// cannot parse.
namespace wpns::host::linux_os {

[[nodiscard]] bool table_exists(NftContext& nft);

/// Everything about the table that sites do not change, as nft writes it: comment, chains, rules,
/// fixed sets. Two tables with the same listing filter alike.
[[nodiscard]] std::string list_fixed_part(NftContext& nft);

/// The collections that hold what sites were given.
[[nodiscard]] render::FirewallCollections list_collections(NftContext& nft);

/// See Firewall::refusals and Firewall::resolved.
[[nodiscard]] Refusals list_refusals(NftContext& nft, const std::string& link);
[[nodiscard]] std::vector<ResolvedTarget> list_resolved(NftContext& nft);

}  // namespace wpns::host::linux_os
