#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/linux/nl_message.hpp"
#include "host/linux/nl_socket.hpp"
#include "model/address.hpp"

/// What the kernel says of links, addresses, neighbours and IPv4 routes in the network namespace of
/// a socket. Plain values; nothing here decides.
namespace wpns::host::linux_os {

struct LinkState {
    int index = 0;
    std::string name;
    std::string kind;  ///< "veth", "bridge"; empty for a physical device
    std::vector<std::string> altnames;
    int master = 0;                    ///< index of the bridge or other device that it is a port of
    bool isolated = false;             ///< a port that other isolated ports do not reach
    bool learns_from_control = false;  ///< a bridge that learns from frames that no filter sees
    int peer_index = 0;    ///< of the other end, in its own namespace; 0 when it is gone
    bool up = false;       ///< administratively
    bool running = false;  ///< up, with a carrier, and ready to send
    bool ipv6 = false;     ///< IPv6 is not switched off on it
    unsigned mtu = 0;
    unsigned group = 0;
    Mac mac;
};

struct AddressState {
    int link = 0;  ///< index
    Ipv4 local;
    Ipv4 remote;  ///< of a point-to-point link; else the same
    unsigned prefix = 0;
};

/// A permanent neighbour entry.
struct NeighbourState {
    int link = 0;
    Ipv4 address;
    Mac mac;
};

struct RouteState {
    Cidr destination = Cidr::of(Ipv4{0}, 0);
    std::optional<Ipv4> gateway;
    int link = 0;  ///< of the first next hop; 0 where there is none (blackhole)
    unsigned table = 0;
    unsigned type = 0;      ///< RTN_*
    unsigned priority = 0;  ///< "metric"
};

[[nodiscard]] std::vector<LinkState> read_links(nl::Socket& socket);
/// The link that answers to that name, be it an altname; nothing when there is none.
[[nodiscard]] std::optional<LinkState> read_link(nl::Socket& socket, const std::string& name);
/// Of all links, or of the one with that index.
[[nodiscard]] std::vector<AddressState> read_addresses(nl::Socket& socket, int link = 0);
[[nodiscard]] std::vector<NeighbourState> read_neighbours(nl::Socket& socket, int link = 0);
/// Of all links, or those through one; all tables but the one the kernel keeps for local addresses.
[[nodiscard]] std::vector<RouteState> read_routes(nl::Socket& socket, int link = 0);

}  // namespace wpns::host::linux_os
