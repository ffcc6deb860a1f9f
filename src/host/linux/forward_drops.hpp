#pragma once

#include <vector>

#include "host/linux/nft_context.hpp"
#include "model/address.hpp"
#include "model/forward_drop.hpp"

namespace wpns::host::linux_os {

/// See Firewall::forward_drops. A rule counts when it is reached from the chain, accepts, and asks
/// for nothing but the source, which holds the pool, or the group of our links.
[[nodiscard]] std::vector<ForwardDrop> find_forward_drops(NftContext& nft, const Cidr& pool);

}  // namespace wpns::host::linux_os
