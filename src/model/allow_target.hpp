#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/any_network.hpp"

namespace wpns {

/// Numbers of IP protocols.
inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_icmp6 = 58;

/// Which transport an entry of an allow list is about.
enum class Transport { both, tcp, udp };

/// One entry of an allow list: a network, or a host name whose addresses are looked up again and
/// again.
struct AllowTarget {
    std::optional<AnyNetwork> network;
    std::string host;        ///< empty where there is a network
    std::uint16_t port = 0;  ///< 0: all
    Transport transport = Transport::both;

    /// TARGET[:PORT][/tcp|/udp], where TARGET is an address, a network or a host name; an
    /// address or network may stand in brackets, and does where it is IPv6 and a port follows. The
    /// reason otherwise.
    [[nodiscard]] static std::expected<AllowTarget, std::string> parse(std::string_view text);
    /// The one way in which `parse` reads the same again.
    [[nodiscard]] std::string str() const;
    auto operator<=>(const AllowTarget&) const = default;
};

/// Addresses, one protocol, and one port or all: what a packet filter can hold.
struct AllowBox {
    AnyNetwork network;
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;  ///< 0: all

    [[nodiscard]] bool holds(const AnyAddress& address, std::uint8_t to_protocol,
                             std::uint16_t to_port) const;
    auto operator<=>(const AllowBox&) const = default;
};

/// The networks of a list as boxes of which no two hold the same packet, in order. Host names are
/// left out.
[[nodiscard]] std::vector<AllowBox> boxes_of(const std::vector<AllowTarget>& targets);

/// The protocol numbers of a transport.
[[nodiscard]] std::vector<std::uint8_t> protocols_of(Transport transport);

/// Tells two lists of host names with their ports apart: 16 hex digits; empty where a list has no
/// host name.
[[nodiscard]] std::string names_digest(const std::vector<AllowTarget>& targets);

}  // namespace wpns
