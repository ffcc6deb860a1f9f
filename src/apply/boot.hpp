#pragma once

#include <set>
#include <string>

#include "host/host.hpp"
#include "model/registry.hpp"

/// What has to be made again after a boot, from the registry alone: somebody may be editing the
/// site files.
namespace wpns::apply {

/// Loads `table` with the elements of every recorded site in one transaction and turns IPv4
/// forwarding on.
void load_firewall(const host::Host& host, const Registry& registry, const FirewallTable& table,
                   const std::set<std::string>& leaving = {});

/// True when table inet wpns and the elements of every recorded site are what `load_firewall` makes
/// of them.
[[nodiscard]] bool firewall_is_whole(const host::Host& host, const Registry& registry,
                                     const FirewallTable& table);

/// Makes the namespace, the link and the directory of the sockets of a recorded site where they are
/// missing or differ.
void restore_network(const host::Host& host, const SiteName& site, const SiteRecord& record);

}  // namespace wpns::apply
