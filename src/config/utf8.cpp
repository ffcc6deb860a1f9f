#include "config/utf8.hpp"

#include <array>

namespace wpns::config {
namespace {

/// Length and first bits of a character by its first byte; size 0 for a byte that begins none.
Character begin(unsigned char byte) {
    if (byte < 0x80U) return {byte, 1};
    if (byte >= 0xc2U && byte < 0xe0U) return {byte & 0x1fU, 2};
    if (byte >= 0xe0U && byte < 0xf0U) return {byte & 0x0fU, 3};
    if (byte >= 0xf0U && byte < 0xf5U) return {byte & 0x07U, 4};
    return {};
}

bool well_formed(const Character& character) {
    constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = character.code >= 0xd800 && character.code <= 0xdfff;
    return character.code >= least[character.size] && character.code <= 0x10ffff && !surrogate;
}

}  // namespace

std::optional<Character> first_character(std::string_view text) {
    Character character = begin(static_cast<unsigned char>(text.front()));
    if (character.size == 0 || character.size > text.size()) return {};
    for (const char c : text.substr(1, character.size - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80U) return {};
        character.code = character.code << 6U | (byte & 0x3fU);
    }
    if (!well_formed(character)) return {};
    return character;
}

std::size_t find_bad_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto character = first_character(text.substr(at));
        if (!character) return at;
        at += character->size;
    }
    return std::string_view::npos;
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||  // C0, DEL, C1
           code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) ||  // direction of writing
           code == 0x2028 || code == 0x2029;      // line and paragraph separator
}

}  // namespace wpns::config
