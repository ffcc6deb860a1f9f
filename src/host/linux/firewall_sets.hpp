#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/linux/nft_elements.hpp"
#include "model/refusals.hpp"
#include "model/resolved_target.hpp"
#include "render/firewall_elements.hpp"

/// What is in the sets and maps of the tables wpns. A collection that is not there is an empty one:
/// an older version of the program may have loaded the table.
namespace wpns::host::linux_os {

/// The collections that hold what sites were given. What this program would not write into an allow
/// list is left out.
[[nodiscard]] render::FirewallCollections list_collections(nl::Socket& socket);
/// True when an allow list holds what this program would not write, and so cannot take out: ranges.
[[nodiscard]] bool has_foreign_targets(nl::Socket& socket);

/// What sites in groups are known by to the collections of IPv6, by their links: those of the same
/// port.
[[nodiscard]] std::map<std::string, std::string> list_mates6(nl::Socket& socket);

/// What everybody was refused, by what the collections know him by.
[[nodiscard]] std::map<std::string, Refusals> list_refusals(nl::Socket& socket);
/// Whether the table has a place for IPv6 addresses of names.
[[nodiscard]] bool has_resolved6(nl::Socket& socket);
/// See Firewall::resolved; with what the collections know everybody by as links.
[[nodiscard]] std::vector<ResolvedTarget> list_resolved(nl::Socket& socket);

}  // namespace wpns::host::linux_os
