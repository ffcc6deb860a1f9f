#include "model/settled.hpp"

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"

namespace wpns {
namespace {

constexpr std::string_view version = "wpns settled 1";
constexpr std::size_t digits = 64;

std::string body_of(const Settled& settled) {
    std::string text = std::string(version) + "\n" + std::to_string(settled.taken) + "\n";
    for (const auto& [name, digest] : settled.sites) text += name.str() + " " + digest + "\n";
    return text;
}

/// Takes the next line off the text.
std::string_view next_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

bool read_time(std::string_view line, std::int64_t& time) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), time);
    return error == std::errc() && end == line.data() + line.size();
}

bool read_site_line(std::string_view line, Settled& settled) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos || line.size() != blank + 1 + digits) return false;
    const auto name = SiteName::parse(line.substr(0, blank));
    if (!name) return false;
    settled.sites.insert_or_assign(settled.sites.end(), *name, line.substr(blank + 1));
    return true;
}

}  // namespace

/// The checksum comes first: a file that was cut has none that holds.
std::string to_text(const Settled& settled) {
    const std::string body = body_of(settled);
    return sha256_hex(body) + "\n" + body;
}

std::optional<Settled> parse_settled(std::string_view text) {
    const auto checksum = next_line(text);
    if (checksum.size() != digits || checksum != sha256_hex(text)) return std::nullopt;
    Settled settled;
    if (next_line(text) != version || !read_time(next_line(text), settled.taken))
        return std::nullopt;
    while (!text.empty())
        if (!read_site_line(next_line(text), settled)) return std::nullopt;
    return settled;
}

}  // namespace wpns
