#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// Splits at every `separator`; "a,,b" gives three parts, the empty text gives one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Joins the parts with `separator` between them.
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The text without blanks, tabs, CR and LF at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Text that is safe to print on a terminal: every control byte and every byte above 0x7e becomes
/// \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Each byte as two lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// The candidate nearest to `word` by edit distance, or an empty text when none is within a third
/// of its length.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace wpns
