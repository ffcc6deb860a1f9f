#pragma once

#include <optional>

#include "model/registry.hpp"
#include "model/resource.hpp"

/// The network of a site as it follows from its record: the same for `add`, `sync` and boot.
namespace wpns::desired {

/// Host end is the first address of the /30 and of the IPv6 prefix, site end the second. In a group
/// the first address is that of the bridge.
[[nodiscard]] Link link(const SiteName& site, const SiteRecord& record);
[[nodiscard]] FirewallSite firewall_site(const SiteName& site, const SiteRecord& record);
/// Takes out what a table that is not for IPv6 has no place for.
void take_ipv6(FirewallSite& site);
/// Where the sockets of a site are. What root makes in it is the site's group's (set-group-ID), so
/// that PID 1 need not change owners: a fork for each socket, which takes it milliseconds with
/// hundreds of sites.
[[nodiscard]] Directory run_directory(const Allocation& allocation);

/// The bridge of the site's group; nothing for a site in none.
[[nodiscard]] std::optional<Bridge> bridge(const SiteRecord& record);

}  // namespace wpns::desired
