#pragma once

#include "model/registry.hpp"
#include "model/resource.hpp"

/// The network of a site as it follows from its record: the same for `add`, `sync` and boot.
namespace wpns::desired {

/// Host end is the first address of the /30 and of the IPv6 prefix, site end the second.
[[nodiscard]] Link link(const SiteName& site, const SiteRecord& record);
[[nodiscard]] FirewallSite firewall_site(const SiteName& site, const SiteRecord& record);

}  // namespace wpns::desired
