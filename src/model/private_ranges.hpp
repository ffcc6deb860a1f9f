#pragma once

#include <span>

#include "model/address.hpp"

namespace wpns {

/// What no site reaches unless its allow list names it: "this" network, private, shared (with
/// Alibaba's metadata service on 100.100.100.200), loopback, link-local (with the metadata service
/// of most clouds), protocol assignments, benchmarking, Azure's metadata service, multicast,
/// reserved. In order.
[[nodiscard]] std::span<const Cidr> private_ranges();

[[nodiscard]] bool is_private(Ipv4 address);

}  // namespace wpns
