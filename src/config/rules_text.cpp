#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"
#include "config/utf8.hpp"

namespace wpns::config::rules {
namespace {

bool is_region(std::string_view part) {
    return part.size() == 2 && all_of(part, is_upper);
}
bool is_language(std::string_view part) {
    return (part.size() == 2 || part.size() == 3) && all_of(part, is_lower);
}
bool is_variant(std::string_view part) {
    return !part.empty() && part.size() <= 16 && all_of(part, is_lower);
}

bool is_locale(std::string_view text) {
    const auto parts = split(text, '_');
    if (!is_language(parts[0])) return false;
    if (parts.size() == 1) return true;
    if (parts.size() == 2) return is_region(parts[1]) || is_variant(parts[1]);
    return parts.size() == 3 && is_region(parts[1]) && is_variant(parts[2]);
}

/// "HH:MM"
bool is_time_of_day(std::string_view text) {
    const auto below = [](std::string_view digits, std::string_view limit) {
        return all_of(digits, is_digit) && digits < limit;
    };
    return text.size() == 5 && text[2] == ':' && below(text.substr(0, 2), "24") &&
           below(text.substr(3), "60");
}

bool is_zone_part(std::string_view part) {
    const auto allowed = [](char c) { return is_word(c) || c == '+' || c == '-'; };
    return !part.empty() && is_letter(part.front()) && all_of(part, allowed);
}

}  // namespace

Verdict title(std::string_view text) {
    constexpr std::size_t longest = 200;
    if (trim(text).empty()) return Refusal{"is empty", "leave the key out for the default"};
    if (text.size() > longest) return Refusal{"is longer than 200 bytes", {}};
    for (std::string_view rest = text; !rest.empty();) {
        const auto character = first_character(rest);
        if (!character) return Refusal{quote(text) + " is no UTF-8", {}};
        if (is_control(character->code))
            return Refusal{quote(text) + " holds a control character",
                           "write it in one plain line"};
        rest.remove_prefix(character->size);
    }
    return {};
}

Verdict user_name(std::string_view text) {
    const auto allowed = [](char c) { return is_word(c) || c == '.' || c == '-'; };
    if (!text.empty() && text.size() <= 60 && is_letter(text.front()) && all_of(text, allowed))
        return {};
    return Refusal{quote(text) + " is no login name",
                   "write a letter, then letters, digits, . _ or -, at most 60"};
}

Verdict php_version(std::string_view text) {
    const auto parts = split(text, '.');
    const auto number = [](std::string_view part) {
        return !part.empty() && part.size() <= 2 && part.front() != '0' && all_of(part, is_digit);
    };
    if (parts.size() == 2 && number(parts[0]) && (parts[1] == "0" || number(parts[1]))) return {};
    return Refusal{quote(text) + " is no version of PHP", "write two numbers such as \"8.2\""};
}

Verdict locale(std::string_view text) {
    if (is_locale(text)) return {};
    return Refusal{quote(text) + " is no locale",
                   "write one such as \"en_US\", \"fi\" or \"de_DE_formal\""};
}

Verdict timezone(std::string_view text) {
    const auto parts = split(text, '/');
    const bool zone = text.size() <= 64 && parts.size() <= 3 &&
                      std::all_of(parts.begin(), parts.end(), is_zone_part);
    if (zone) return {};
    return Refusal{quote(text) + " is no time zone",
                   "write one such as \"Europe/Berlin\" or \"UTC\""};
}

Verdict schedule(std::string_view text) {
    for (const char* word : {"never", "hourly", "daily", "weekly", "monthly"})
        if (text == word) return {};
    if (is_time_of_day(text)) return {};
    return Refusal{quote(text) + " is no schedule",
                   "write never, hourly, daily, weekly, monthly or a time such as \"03:30\""};
}

Verdict sha256(std::string_view text) {
    if (text.size() == 64 && all_of(text, is_hex)) return {};
    return Refusal{quote(text) + " is no SHA-256",
                   "write 64 digits 0-9 a-f, as sha256sum prints them"};
}

}  // namespace wpns::config::rules
