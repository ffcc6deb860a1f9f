#pragma once

#include <map>
#include <span>
#include <string>

#include "base/error.hpp"
#include "host/linux/network_state.hpp"
#include "host/linux/nl_socket.hpp"
#include "model/resource.hpp"

/// The veth pair of a site as a whole.
namespace wpns::host::linux_os {

/// See Network::find_links. What is returned equals the wanted link exactly when everything is in
/// place; what is missing shows like this:
///  - host_end.full, site_end.full empty: the full name is not among the link's names;
///  - netns and all of the site end empty: the other end is not in that namespace;
///  - bridge: empty or "another one" where the host end is no port of the wanted one, or one that
///    others of it do not reach. Address and neighbours are looked for on the bridge then;
///  - host_address zero: the host end has none or several, or the site's default route does not
///    lead there; site_address zero: the site end has none or several;
///  - prefix zero: the ends differ in it;
///  - host_mac zero: the host end is not in our group, or the site has no permanent neighbour entry
///    for it; site_mac zero: the host has none for the site end;
///  - up, down: 1 where an end has a limit that is not as we make it;
///  - host_address6, site_address6 and with either prefix6 zero: that end does not have exactly the
///    wanted address, neighbour and default route of IPv6;
///  - mtu zero: an end is down, or speaks IPv6 where none is wanted; else that of the end that
///  differs from the wanted.
[[nodiscard]] std::map<std::string, Link> find_pairs(nl::Socket& host,
                                                     std::span<const Link> wanted);

/// See Network::ensure_link.
void ensure_pair(nl::Socket& host, const Link& wanted);

/// See Network::remove_links. A link of that name that is no veth is Error{conflict}.
[[nodiscard]] std::map<std::string, Error> remove_pairs(nl::Socket& host,
                                                        std::span<const std::string> host_ends);

/// Error{conflict} for what is no veth.
void require_veth(const LinkState& link);
/// Waits until it is gone; absent is fine.
void delete_link(nl::Socket& socket, const LinkState& link);

}  // namespace wpns::host::linux_os
