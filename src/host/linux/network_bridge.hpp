#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "host/linux/nl_socket.hpp"
#include "model/resource.hpp"

/// The bridges of groups. Host ends of links become ports of them by themselves.
namespace wpns::host::linux_os {

/// See Network::find_bridges.
[[nodiscard]] std::map<std::string, Bridge> find_bridges(nl::Socket& host,
                                                         std::span<const Bridge> wanted);
/// See Network::ensure_bridge. Error{conflict} for a device of that name that is none of ours.
void ensure_bridge(nl::Socket& host, const Bridge& wanted);
/// See Network::remove_bridge.
void remove_bridge(nl::Socket& host, const std::string& name);

/// The index of that bridge; Error{missing} where there is none of ours.
[[nodiscard]] int bridge_index(nl::Socket& host, const std::string& name);

/// The site as the host's permanent neighbour on its bridge, put where it is missing.
void ensure_mate(nl::Socket& host, int bridge, const Link& wanted);
/// See Network::forget_mate.
void forget_mate(nl::Socket& host, const FirewallSite& site);

}  // namespace wpns::host::linux_os
