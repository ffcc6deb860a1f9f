#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/linux/network_rate.hpp"
#include "host/linux/network_six.hpp"
#include "host/linux/network_state.hpp"
#include "model/resource.hpp"

/// One end of a site's veth pair: as wanted, as found, and the step from one to the other. Both
/// ends are treated alike; only the host end has a group, only the site end has a default route.
namespace wpns::host::linux_os {

struct WantedEnd {
    names::LinkName name;
    unsigned mtu = 0;
    unsigned group = 0;
    Mac mac;
    int master = 0;  ///< index of the bridge that it is a port of; 0: none
    /// Zero for a port: address and neighbours are the bridge's.
    Ipv4 address;
    unsigned prefix = 0;
    Ipv4 peer_address;  ///< the other end, as a permanent neighbour
    Mac peer_mac;
    bool default_route = false;  ///< by way of peer_address
    WantedSix six{};
    std::uint64_t rate = 0;  ///< bits a second that leave by it at most; 0: no limit
};

/// `master` is the index of the link's bridge, where it has one.
[[nodiscard]] WantedEnd host_end_of(const Link& link, int master = 0);
[[nodiscard]] WantedEnd site_end_of(const Link& link);

struct EndState {
    LinkState link;
    std::vector<AddressState> addresses;
    std::vector<NeighbourState> neighbours;
    std::vector<RouteState> routes;
    QueueState queue{};
    SixState six{};
};

/// The queue that a listing has for a link.
[[nodiscard]] QueueState queue_on(const std::map<int, QueueState>& queues, int link);
/// Everything about the link `link`, asked for that link only where the kernel can.
[[nodiscard]] EndState read_end(nl::Socket& socket, const LinkState& link);

[[nodiscard]] bool has_full_name(const LinkState& link, const names::LinkName& name);
[[nodiscard]] bool has_neighbour(const EndState& state, Ipv4 address, const Mac& mac);
/// A default route through the link by that gateway which no other one beats (metric 0).
[[nodiscard]] bool has_default_route(const EndState& state, Ipv4 gateway);
/// The end's address when it has exactly one, and that a plain one; nothing otherwise.
[[nodiscard]] std::optional<AddressState> only_address(const EndState& state);

/// IPv6 is on where it is wanted, with exactly what is wanted, and off elsewhere.
[[nodiscard]] bool has_wanted_ipv6(const EndState& state, const WantedEnd& wanted);

/// Gives a link exactly that address.
void correct_addresses_of(nl::Socket& socket, const EndState& state, const std::string& name,
                          Ipv4 address, unsigned prefix);
/// A permanent neighbour of a link.
void put_neighbour(nl::Socket& socket, int link, const std::string& name, Ipv4 address,
                   const Mac& mac);

/// Changes what differs and nothing else. `switch_ipv6(name, on)` switches IPv6 on the link of that
/// name, in the namespace of the socket.
void correct_end(nl::Socket& socket, EndState state, const WantedEnd& wanted,
                 const std::function<void(const std::string&, bool)>& switch_ipv6);

}  // namespace wpns::host::linux_os
