#pragma once

#include <algorithm>
#include <array>

namespace wpns {

/// How many connections to the outside a site may be limited to. A few values, since the kernel
/// takes the number from the rule that counts, and rules are the same for all sites: an element of
/// a set with a number of its own is thrown away as soon as it counts nothing.
inline constexpr std::array<unsigned, 8> connection_limits = {50,   100,  200,  500,
                                                              1000, 2000, 5000, 10'000};

constexpr bool is_connection_limit(unsigned number) {
    return std::ranges::find(connection_limits, number) != connection_limits.end();
}

}  // namespace wpns
