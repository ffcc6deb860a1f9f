#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wpns {

/// What a site can be limited to, in bits a second.
inline constexpr std::uint64_t bit_rate_least = 1'000'000;
inline constexpr std::uint64_t bit_rate_most = 10'000'000'000;

/// "512kbit", "20mbit", "1gbit" in bits a second, by powers of 1000, as tc(8) writes them; nothing
/// for any other text. Strict: no blank, no sign, no fraction, no leading zero.
[[nodiscard]] std::optional<std::uint64_t> parse_bit_rate(std::string_view text);
/// Such a text with the largest unit that leaves no rest; "1500bit" where none does.
[[nodiscard]] std::string bit_rate_text(std::uint64_t bits);

}  // namespace wpns
