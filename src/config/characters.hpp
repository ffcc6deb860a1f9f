#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Classes of characters, in ASCII whatever the locale says.
namespace wpns::config {

constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
    return is_lower(c) || is_upper(c);
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}
constexpr bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

template <typename Predicate>
constexpr bool all_of(std::string_view text, Predicate predicate) {
    return std::all_of(text.begin(), text.end(), predicate);
}

/// `text` in ASCII lower case.
inline std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    return result;
}

}  // namespace wpns::config
