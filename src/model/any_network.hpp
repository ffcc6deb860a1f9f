#pragma once

#include <compare>
#include <string>
#include <variant>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"

namespace wpns {

/// An address of either family.
using AnyAddress = std::variant<Ipv4, Ipv6>;

/// A network of either family. Networks of different families have nothing in common.
class AnyNetwork {
  public:
    AnyNetwork(const Cidr& network) : value_(network) {}
    AnyNetwork(const Cidr6& network) : value_(network) {}
    /// The network of this address alone.
    [[nodiscard]] static AnyNetwork of(const AnyAddress& address);

    [[nodiscard]] bool is_ipv6() const noexcept { return std::holds_alternative<Cidr6>(value_); }
    [[nodiscard]] unsigned prefix() const;
    [[nodiscard]] bool contains(const AnyAddress& address) const;
    [[nodiscard]] bool contains(const AnyNetwork& other) const;
    /// This network without the addresses of `hole`, as the fewest networks, in order.
    [[nodiscard]] std::vector<AnyNetwork> without(const AnyNetwork& hole) const;
    /// Always with its prefix length.
    [[nodiscard]] std::string str() const;
    /// Without a prefix length where it is one address.
    [[nodiscard]] std::string short_str() const;
    /// IPv4 before IPv6, and a network before those that it holds.
    auto operator<=>(const AnyNetwork&) const = default;

  private:
    std::variant<Cidr, Cidr6> value_;
};

}  // namespace wpns
