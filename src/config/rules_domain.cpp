#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"
#include "model/address.hpp"

namespace wpns::config::rules {
namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_domain = 253;

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80U;
}

Verdict forbidden_character(std::string_view text) {
    if (!all_of(text, is_ascii))
        return Refusal{quote(text) + " holds letters outside of ASCII",
                       "write international names in punycode: xn--..."};
    if (text.find("://") != text.npos)
        return Refusal{quote(text) + " holds a scheme", "write the name alone"};
    for (const char c : text) {
        if (is_lower(c) || is_digit(c) || c == '-' || c == '.') continue;
        if (is_upper(c))
            return Refusal{quote(text) + " holds upper-case letters",
                           "write " + quote(lower_case(text))};
        if (c == ':') return Refusal{quote(text) + " holds a port or is an IPv6 address", {}};
        if (c == '*') return Refusal{quote(text) + " holds a wildcard", "list every name"};
        return Refusal{quote(text) + " holds the character " + quote({&c, 1}),
                       "a domain is made of letters, digits, dashes and dots"};
    }
    return {};
}

Verdict bad_label(std::string_view text, std::string_view label) {
    if (label.empty())
        return Refusal{quote(text) + " has an empty part before, after or between dots", {}};
    if (label.size() > longest_label)
        return Refusal{quote(text) + " has a part of more than 63 characters", {}};
    if (label.front() == '-' || label.back() == '-')
        return Refusal{quote(text) + " has a part that begins or ends with a dash", {}};
    return {};
}

Verdict bad_shape(std::string_view text) {
    if (text == "localhost" || text.ends_with(".localhost"))
        return Refusal{quote(text) + " means the host itself", {}};
    if (Ipv4::parse(text)) return Refusal{quote(text) + " is an address, not a name", {}};
    const auto labels = split(text, '.');
    if (labels.size() < 2)
        return Refusal{quote(text) + " has no dot", "write at least two parts: site.example"};
    // "1.2.3" and "1.0x7f" are addresses to many programs.
    if (!is_lower(labels.back().front()))
        return Refusal{quote(text) + " has a last part that does not begin with a letter", {}};
    return {};
}

}  // namespace

Verdict domain(std::string_view text) {
    if (text.empty()) return Refusal{"is empty", "write a name such as \"site.example\""};
    if (text.size() > longest_domain)
        return Refusal{quote(text) + " is longer than 253 characters", {}};
    if (auto refusal = forbidden_character(text)) return refusal;
    for (const auto label : split(text, '.'))
        if (auto refusal = bad_label(text, label)) return refusal;
    return bad_shape(text);
}

Verdict email(std::string_view text) {
    constexpr std::size_t longest_local = 64;
    constexpr std::size_t longest = 254;
    const auto at = text.find('@');
    if (at == text.npos || text.size() > longest)
        return Refusal{quote(text) + " is no e-mail address", "write \"name@site.example\""};
    const std::string_view local = text.substr(0, at);
    const auto allowed = [](char c) { return is_word(c) || c == '.' || c == '+' || c == '-'; };
    const bool dots =
        local.starts_with('.') || local.ends_with('.') || local.find("..") != local.npos;
    if (local.empty() || local.size() > longest_local || dots || !is_word(local.front()) ||
        !all_of(local, allowed))
        return Refusal{quote(text) + " has a part before the @ that is not taken",
                       "letters, digits and single . _ + - between them are"};
    return domain(text.substr(at + 1));
}

}  // namespace wpns::config::rules
