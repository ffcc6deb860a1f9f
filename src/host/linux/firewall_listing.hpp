#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/linux/nft_context.hpp"
#include "model/refusals.hpp"
#include "model/resolved_target.hpp"
#include "render/firewall_elements.hpp"

/// Reading table inet wpns, and no other: a foreign table may be huge or hold what this libnftables
/// cannot parse.
namespace wpns::host::linux_os {

/// Whether there is table inet wpns, or that of another family.
[[nodiscard]] bool table_exists(NftContext& nft, const std::string& family = "inet");

/// Everything about the table that sites do not change, as nft writes it: comment, chains, rules,
/// fixed sets. Two tables with the same listing filter alike.
[[nodiscard]] std::string list_fixed_part(NftContext& nft);

/// Whether the table has a place for IPv6 addresses of names.
[[nodiscard]] bool has_resolved6(NftContext& nft);

/// The collections that hold what sites were given. What this program would not write into an allow
/// list is left out.
[[nodiscard]] render::FirewallCollections list_collections(NftContext& nft);
/// True when an allow list holds what this program would not write, and so cannot take out: ranges.
[[nodiscard]] bool has_foreign_targets(NftContext& nft);

/// What sites in groups are known by to the collections of IPv6, by their links: those of the same
/// port.
[[nodiscard]] std::map<std::string, std::string> list_mates6(NftContext& nft);

/// What everybody was refused, by what the collections know him by.
[[nodiscard]] std::map<std::string, Refusals> list_refusals(NftContext& nft);
/// See Firewall::resolved; with what the collections know everybody by as links.
[[nodiscard]] std::vector<ResolvedTarget> list_resolved(NftContext& nft);

}  // namespace wpns::host::linux_os
