#pragma once

#include <cstdint>
#include <string>

#include "host/linux/nl_socket.hpp"
#include "model/address.hpp"

/// Changes to links as an administrator would make them, for building worlds and for breaking them.
/// All throw when the kernel refuses.
namespace wpns::test {

using host::linux_os::nl::Socket;

void set_mtu(Socket& socket, const std::string& link, unsigned mtu);
void set_mac(Socket& socket, const std::string& link, const Mac& mac);
void set_group(Socket& socket, const std::string& link, unsigned group);
void set_down(Socket& socket, const std::string& link);
/// Stands for a network card.
void add_bridge(Socket& socket, const std::string& link);
/// Also brings the link up.
void add_address(Socket& socket, const std::string& link, Ipv4 address, unsigned prefix);
void add_address6(Socket& socket, const std::string& link, const std::string& address);
void delete_address(Socket& socket, const std::string& link, Ipv4 address, unsigned prefix);
void add_route(Socket& socket, const std::string& link, const Cidr& to, Ipv4 gateway,
               unsigned metric = 0);
/// A zero gateway: on the link itself.
void add_route6(Socket& socket, const std::string& link, const Cidr6& to, const Ipv6& gateway);
/// Through any link where `link` is empty.
void delete_route(Socket& socket, const std::string& link, const Cidr& to);
void add_blackhole(Socket& socket, const Cidr& to);
void delete_neighbour(Socket& socket, const std::string& link, Ipv4 address);
void delete_altname(Socket& socket, const std::string& link, const std::string& altname);
/// In the place of the link's own queue; the link by its index.
void add_queue(Socket& socket, int link, const std::string& kind, std::uint32_t handle);
void delete_queue(Socket& socket, int link);

}  // namespace wpns::test
