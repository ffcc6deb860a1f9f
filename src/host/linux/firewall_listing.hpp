#pragma once

#include <string>

#include "host/linux/nft_context.hpp"
#include "render/firewall_elements.hpp"

/// Reading table inet wpns, and no other: a foreign table may be huge or hold what this libnftables
/// cannot parse.
namespace wpns::host::linux_os {

[[nodiscard]] bool table_exists(NftContext& nft);

/// Everything about the table that sites do not change, as nft writes it: comment, chains, rules,
/// fixed sets. Two tables with the same listing filter alike.
[[nodiscard]] std::string list_fixed_part(NftContext& nft);

/// The three collections.
[[nodiscard]] render::FirewallCollections list_collections(NftContext& nft);

}  // namespace wpns::host::linux_os
