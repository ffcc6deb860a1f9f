#pragma once

#include <optional>
#include <string_view>

#include "config/refusal.hpp"
#include "config/report.hpp"

namespace wpns::config {

inline constexpr std::size_t most_bytes = std::size_t{1} << 20U;
inline constexpr unsigned most_nested = 16;
inline constexpr unsigned most_keys = 10'000;

/// What keeps a text from being handed to the TOML parser, which recurses and allocates as the text
/// tells it to.
struct LimitFault {
    Place place;
    Refusal refusal;
};

/// The first of: too long, UTF-16, NUL byte, no UTF-8, and what `scan` finds.
[[nodiscard]] std::optional<LimitFault> check_limits(std::string_view text);

}  // namespace wpns::config
