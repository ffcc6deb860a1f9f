#include <charconv>
#include <cstdint>

#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"
#include "model/address.hpp"
#include "model/site_name.hpp"

namespace wpns::config::rules {
namespace {

constexpr std::size_t groups_of_ipv6 = 8;

bool is_group(std::string_view part) {
    return !part.empty() && part.size() <= 4 && all_of(lower_case(part), is_hex);
}

/// Number of groups between single colons; nothing when one is no group. The empty text has none.
std::optional<std::size_t> count_groups(std::string_view text) {
    if (text.empty()) return 0;
    const auto parts = split(text, ':');
    if (!std::all_of(parts.begin(), parts.end(), is_group)) return {};
    return parts.size();
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    return error == std::errc{} && stop == end && port != 0 && text.front() != '0';
}

bool is_endpoint(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find("]:");
        return close != text.npos && is_ipv6(text.substr(1, close - 1)) &&
               is_port(text.substr(close + 2));
    }
    const auto colon = text.find(':');
    if (colon == text.npos) return is_port(text);
    return Ipv4::parse(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

}  // namespace

bool is_ipv6(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == text.npos) return count_groups(text) == groups_of_ipv6;
    const auto before = count_groups(text.substr(0, gap));
    const auto after = count_groups(text.substr(gap + 2));
    return before && after && *before + *after < groups_of_ipv6;
}

Verdict device(std::string_view text) {
    constexpr std::size_t longest = 15;  // IFNAMSIZ - 1
    const auto allowed = [](char c) { return is_word(c) || c == '.' || c == '-'; };
    const bool name =
        !text.empty() && text.size() <= longest && is_letter(text.front()) && all_of(text, allowed);
    if (!name)
        return Refusal{quote(text) + " is no name of a network device",
                       "write at most 15 letters, digits, . _ or -, such as \"eth0\""};
    if (text == "lo" || text.starts_with("veth0-") || text.starts_with("veth1-") ||
        text.starts_with("wpbr-"))
        return Refusal{quote(text) + " does not lead out of the host", {}};
    return {};
}

Verdict group(std::string_view text) {
    const auto name = SiteName::parse(text);
    if (name) return {};
    return Refusal{quote(text) + " is no name of a group: " + name.error(),
                   "write lower-case letters, digits and dashes, such as \"shop\""};
}

Verdict listen(std::string_view text) {
    if (is_endpoint(text)) return {};
    return Refusal{quote(text) + " is nothing to listen on",
                   "write \"80\", \"192.0.2.1:80\" or \"[2001:db8::1]:80\""};
}

}  // namespace wpns::config::rules
