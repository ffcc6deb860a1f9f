#pragma once

#include "host/linux/nl_socket.hpp"
#include "model/facts.hpp"

namespace wpns::host::linux_os {

/// Fills uplink, uplink_mtu, used and addresses; see Network::gather. IPv4 only. The uplink is the
/// device of the default route with the lowest metric in the main table. Left out of `used`: links
/// of our group, 127.0.0.0/8, default routes and multicast.
void gather_network(nl::Socket& host, HostFacts& facts);

}  // namespace wpns::host::linux_os
