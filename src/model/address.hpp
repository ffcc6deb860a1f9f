#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// An IPv4 address, in host byte order.
struct Ipv4 {
    std::uint32_t value = 0;

    /// Dotted quad only; the reason otherwise.
    [[nodiscard]] static std::expected<Ipv4, std::string> parse(std::string_view text);
    [[nodiscard]] std::string str() const;
    auto operator<=>(const Ipv4&) const = default;
};

/// An IPv4 network; bits right of the prefix are always zero.
class Cidr {
  public:
    /// "10.10.1.0/30". A missing prefix, a prefix over 32 and set host bits are errors with the
    /// reason.
    [[nodiscard]] static std::expected<Cidr, std::string> parse(std::string_view text);
    /// The network of that prefix length that holds `address`. `prefix` is 0..32.
    [[nodiscard]] static Cidr of(Ipv4 address, unsigned prefix);

    [[nodiscard]] Ipv4 network() const noexcept { return network_; }
    [[nodiscard]] unsigned prefix() const noexcept { return prefix_; }
    /// Number of addresses, 1 .. 2^32.
    [[nodiscard]] std::uint64_t size() const noexcept { return std::uint64_t{1} << (32 - prefix_); }
    /// The address `offset` places after the network address.
    [[nodiscard]] Ipv4 at(std::uint32_t offset) const noexcept {
        return Ipv4{network_.value + offset};
    }
    [[nodiscard]] bool contains(Ipv4 address) const noexcept;
    [[nodiscard]] bool contains(const Cidr& other) const noexcept;
    /// True when any address is in both: symmetric.
    [[nodiscard]] bool overlaps(const Cidr& other) const noexcept;
    /// This network without the addresses of `hole`, as the fewest networks, in order.
    [[nodiscard]] std::vector<Cidr> without(const Cidr& hole) const;
    [[nodiscard]] std::string str() const;
    auto operator<=>(const Cidr&) const = default;

  private:
    Cidr(Ipv4 network, unsigned prefix) : network_(network), prefix_(prefix) {}
    Ipv4 network_;
    unsigned prefix_;
};

/// An Ethernet address.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    /// "02:1f:..", six hex pairs.
    [[nodiscard]] static std::expected<Mac, std::string> parse(std::string_view text);
    /// A stable, locally administered unicast address derived from `seed_text` (SHA-256, first byte
    /// 0x02 mask).
    [[nodiscard]] static Mac derive(std::string_view seed_text);
    /// Of one machine, not of several (IEEE 802: bit 0 of the first byte).
    [[nodiscard]] bool is_unicast() const noexcept { return (bytes[0] & 1U) == 0; }
    /// Given by whoever runs the network, not by a manufacturer (bit 1 of the first byte).
    [[nodiscard]] bool is_local() const noexcept { return (bytes[0] & 2U) != 0; }
    [[nodiscard]] std::string str() const;
    auto operator<=>(const Mac&) const = default;
};

}  // namespace wpns
