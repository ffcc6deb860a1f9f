#pragma once

#include <cstdint>

#include "model/address.hpp"
#include "model/address6.hpp"

namespace wpns {

/// An open connection as the kernel follows it, before any address was translated.
struct Flow {
    Ipv4 source;
    Ipv4 target;
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;  ///< of the target; 0 where the protocol has none
    Ipv4 answers_to;         ///< where answers are sent: the source, or what it is translated to
    bool operator==(const Flow&) const = default;
};

/// The same by IPv6.
struct Flow6 {
    Ipv6 source{};
    Ipv6 target{};
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;
    Ipv6 answers_to{};
    bool operator==(const Flow6&) const = default;
};

}  // namespace wpns
