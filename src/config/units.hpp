#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers with a unit, as they are written in texts: "128M", "5m", "150%". Strict: no blank, no
/// sign, no leading zero.
namespace wpns::config {

/// "64K", "128M", "1G" in bytes, by powers of 1024; nothing for any other text.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// Such a text with the largest unit that leaves no rest; plain bytes otherwise.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// "60s", "5m", "1h" in seconds.
[[nodiscard]] std::optional<unsigned> parse_duration(std::string_view text);
[[nodiscard]] std::string duration_text(unsigned seconds);

/// "150%" as 150.
[[nodiscard]] std::optional<unsigned> parse_percent(std::string_view text);

}  // namespace wpns::config
