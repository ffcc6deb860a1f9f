#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// An IPv6 address, in network byte order.
struct Ipv6 {
    std::array<std::uint8_t, 16> bytes{};

    /// Hex groups, the last two perhaps as an IPv4 address; no zone. The reason otherwise.
    [[nodiscard]] static std::expected<Ipv6, std::string> parse(std::string_view text);
    /// As RFC 5952 writes it.
    [[nodiscard]] std::string str() const;
    auto operator<=>(const Ipv6&) const = default;
};

/// An IPv6 network; bits right of the prefix are always zero.
class Cidr6 {
  public:
    /// "fd00:10:10::/48". A missing prefix, a prefix over 128 and set host bits are errors with the
    /// reason.
    [[nodiscard]] static std::expected<Cidr6, std::string> parse(std::string_view text);
    /// The network of that prefix length (0..128) that holds `address`.
    [[nodiscard]] static Cidr6 of(const Ipv6& address, unsigned prefix);

    [[nodiscard]] const Ipv6& network() const noexcept { return network_; }
    [[nodiscard]] unsigned prefix() const noexcept { return prefix_; }
    /// The address `offset` places after the network address.
    [[nodiscard]] Ipv6 at(std::uint16_t offset) const noexcept;
    /// The `index`-th network of length `prefix` in this one; `prefix` is at most 112 and leaves
    /// room for the index.
    [[nodiscard]] Cidr6 part(std::uint32_t index, unsigned prefix) const;
    [[nodiscard]] bool contains(const Ipv6& address) const noexcept;
    [[nodiscard]] bool contains(const Cidr6& other) const noexcept;
    [[nodiscard]] bool overlaps(const Cidr6& other) const noexcept;
    /// This network without the addresses of `hole`, as the fewest networks, in order.
    [[nodiscard]] std::vector<Cidr6> without(const Cidr6& hole) const;
    [[nodiscard]] std::string str() const;
    auto operator<=>(const Cidr6&) const = default;

  private:
    Cidr6(const Ipv6& network, unsigned prefix) : network_(network), prefix_(prefix) {}
    Ipv6 network_;
    unsigned prefix_;
};

/// True for unique local addresses (fc00::/7), which mean nothing outside: what comes from them
/// leaves the host by an address of its own.
[[nodiscard]] bool is_unique_local(const Cidr6& range);

}  // namespace wpns
