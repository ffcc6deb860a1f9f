#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/linux/nl_socket.hpp"
#include "model/address6.hpp"

/// The IPv6 side of one end of a site's veth pair. It has one address and no link-local one, the
/// other end is a permanent neighbour, and inside it is the default gateway: nothing is looked for
/// or announced on the link.
namespace wpns::host::linux_os {

struct Address6State {
    Ipv6 address;
    unsigned prefix = 0;
    auto operator<=>(const Address6State&) const = default;
};

/// What a link has of IPv6.
struct SixState {
    std::vector<Address6State> addresses;
    std::map<Ipv6, Mac> neighbours;  ///< the permanent ones
    std::vector<Ipv6> gateways;      ///< of default routes through it that no other one beats
};

/// What it should have; `prefix` 0: nothing, and IPv6 off. A zero peer: neighbours are not looked
/// at.
struct WantedSix {
    unsigned prefix = 0;
    Ipv6 address;
    Ipv6 peer;
    Mac peer_mac;
    bool default_route = false;
};

/// Of all links in the namespace of the socket, by index: three listings.
[[nodiscard]] std::map<int, SixState> read_six(nl::Socket& socket);

/// Whether `peer` is a permanent neighbour with that MAC; a zero one always is.
[[nodiscard]] bool knows(const SixState& state, const Ipv6& peer, const Mac& mac);

/// Exactly what is wanted, as long as IPv6 is on.
[[nodiscard]] bool is_as_wanted(const SixState& state, const WantedSix& wanted);

/// A permanent neighbour of a link. `name` is for messages.
void put_neighbour6(nl::Socket& socket, int link, const std::string& name, const Ipv6& address,
                    const Mac& mac);

/// Changes what differs on a link on which IPv6 is on. `name` is for messages.
void correct_six(nl::Socket& socket, int link, const std::string& name, const SixState& state,
                 const WantedSix& wanted);

}  // namespace wpns::host::linux_os
