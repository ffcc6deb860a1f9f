#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"

namespace wpns {

/// Somewhere that a site was not let to, and how often it tried.
struct RefusedTarget {
    Ipv4 address;
    std::uint8_t protocol = 0;  ///< IP protocol number
    std::uint16_t port = 0;     ///< 0 where the protocol has none
    std::uint64_t count = 0;
    Ipv6 address6{};  ///< where `address` is zero
    [[nodiscard]] std::string where() const {
        return address == Ipv4{} ? address6.str() : address.str();
    }
    bool operator==(const RefusedTarget&) const = default;
};

/// What a site tried in vain since its rules were loaded. `total` counts every attempt; `targets`
/// may miss some: a target is forgotten when it was first tried days ago, and a site that tries
/// very many is not followed everywhere.
struct Refusals {
    std::uint64_t total = 0;
    std::vector<RefusedTarget> targets;
};

}  // namespace wpns
