#include "render/value_rule.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wpns::render {
namespace {

/// Characters besides letters and digits. No format gets blanks, quotes, '%', '$', '#', ';', braces
/// or control bytes.
std::string_view punctuation(Format format) {
    switch (format) {
        case Format::unit:
            return "@._:/=,+-";
        case Format::ini:
        case Format::fragment:
            return "@._:/+-,";
        case Format::nginx:
            return "._:/[]-";
        case Format::php:
            return "@._:/+-";
        case Format::plain:
            return "._/-";  // no ':' for the sake of passwd and group
    }
    return "";
}

bool letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// systemd escapes a dash of a slice name as \x2d; this one sequence is the only backslash that
/// passes.
std::string without_escaped_dashes(std::string_view value) {
    std::string rest(value);
    for (auto at = rest.find("\\x2d"); at != std::string::npos; at = rest.find("\\x2d", at))
        rest.replace(at, 4, "-");
    return rest;
}

}  // namespace

std::string value_problem(Format format, std::string_view value) {
    constexpr std::size_t longest = 4096;
    if (value.empty()) return "is empty";
    if (value.size() > longest) return "is longer than 4096 bytes";
    const std::string text =
        format == Format::unit ? without_escaped_dashes(value) : std::string(value);
    const auto allowed = punctuation(format);
    const auto bad = std::ranges::find_if(text, [&](char c) {
        return !letter_or_digit(c) && allowed.find(c) == std::string_view::npos;
    });
    if (bad == text.end()) return {};
    return "holds a character that is not allowed here: \"" +
           printable(std::string_view(&*bad, 1)) + "\"";
}

}  // namespace wpns::render
