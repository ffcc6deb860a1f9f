#pragma once

#include <span>

#include "model/address.hpp"
#include "model/address6.hpp"
#include "model/any_network.hpp"

namespace wpns {

/// What no site reaches unless its allow list names it: "this" network, private, shared (with
/// Alibaba's metadata service on 100.100.100.200), loopback, link-local (with the metadata service
/// of most clouds), protocol assignments, benchmarking, Azure's metadata service, multicast,
/// reserved. In order.
[[nodiscard]] std::span<const Cidr> private_ranges();

[[nodiscard]] bool is_private(Ipv4 address);

/// The same of IPv6: all that is not 2000::/3 (loopback, IPv4 in other clothes, NAT64, private,
/// link-local, multicast, the metadata service fd00:ec2::254), and in there Teredo with the other
/// protocol assignments and 6to4, which lead to IPv4 addresses. In order.
[[nodiscard]] std::span<const Cidr6> private_ranges6();

[[nodiscard]] bool is_private(const Ipv6& address);
[[nodiscard]] bool is_private(const AnyAddress& address);

}  // namespace wpns
