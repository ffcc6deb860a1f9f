#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wpns::config {

/// One character of a UTF-8 text.
struct Character {
    char32_t code = 0;
    std::size_t size = 0;  ///< in bytes
};

/// The first character of a text that is not empty; nothing when the bytes are no UTF-8 (RFC 3629:
/// no overlong form, no surrogate, nothing above U+10FFFF).
[[nodiscard]] std::optional<Character> first_character(std::string_view text);

/// Where the first bytes that are no UTF-8 begin, or npos.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text);

/// A character without a shape of its own that changes how a terminal or a browser shows the
/// others: controls, line and paragraph separators, marks that turn the direction of writing.
[[nodiscard]] bool is_control(char32_t code);

}  // namespace wpns::config
