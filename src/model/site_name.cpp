#include "model/site_name.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace wpns {
namespace {

constexpr std::size_t longest = 24;

/// Words that mean something else where a site's name appears: accounts of the system, "every site"
/// on a command line, interface names, and verdicts that nft reads as such.
constexpr std::array<std::string_view, 20> reserved = {
    "root",   "nobody",  "mysql",    "www-data", "wpns",      "all",   "any",
    "none",   "default", "self",     "lo",       "localhost", "host",  "fwd",
    "accept", "reject",  "continue", "drop",     "return",    "queue",
};

bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool allowed(char c) {
    return lower(c) || (c >= '0' && c <= '9') || c == '-';
}

/// Why the characters of `text` make no name; empty when they do.
std::string bad_characters(std::string_view text) {
    const auto bad = std::find_if_not(text.begin(), text.end(), allowed);
    if (bad != text.end())
        return "holds " + printable({&*bad, 1}) + ": only a-z, 0-9 and - are allowed";
    if (!lower(text.front())) return "does not begin with a letter a-z";
    if (text.back() == '-') return "ends in a dash";
    if (text.find("--") != std::string_view::npos) return "holds two dashes in a row";
    return {};
}

}  // namespace

std::expected<SiteName, std::string> SiteName::parse(std::string_view text) {
    if (text.empty()) return std::unexpected("is empty");
    if (text.size() > longest) return std::unexpected("is longer than 24 characters");
    if (auto reason = bad_characters(text); !reason.empty()) return std::unexpected(reason);
    if (std::find(reserved.begin(), reserved.end(), text) != reserved.end())
        return std::unexpected("is a reserved word");
    // wp-x-db is the database account of the site x; a site x-db would want the same name.
    if (text.ends_with("-db")) return std::unexpected("ends in -db, which names database accounts");
    return SiteName(std::string(text));
}

}  // namespace wpns
