#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"

namespace wpns::config::rules {
namespace {

bool is_name_character(char c) {
    return is_word(c) || c == '.' || c == '-';
}

/// Of a user or a host, as ssh and its configuration know them. One that begins with a dash would
/// be an option of ssh's.
bool is_name(std::string_view text) {
    constexpr std::size_t longest = 100;
    return !text.empty() && text.size() <= longest && text.front() != '-' &&
           all_of(text, is_name_character);
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && all_of(text, is_digit) && text.front() != '0';
}

/// HOST or HOST:PORT
bool is_server(std::string_view text) {
    const auto colon = text.find(':');
    return is_name(text.substr(0, colon)) &&
           (colon == text.npos || is_port(text.substr(colon + 1)));
}

/// Takes "USER@" away where it is there; false where it is no name.
bool take_user(std::string_view& text) {
    const auto at = text.find('@');
    if (at == text.npos) return true;
    const bool good = is_name(text.substr(0, at));
    text.remove_prefix(at + 1);
    return good;
}

Refusal no_sftp(std::string_view text) {
    return {quote(text) + " is no place on an SFTP server",
            "write sftp:USER@HOST:/PATH, or sftp://USER@HOST:PORT//PATH"};
}

/// A URL, with two slashes before the path from the root directory on.
Verdict sftp_url(std::string_view text) {
    std::string_view rest = text.substr(std::string_view("sftp://").size());
    const auto slash = rest.find('/');
    if (slash == rest.npos || !rest.substr(slash).starts_with("//")) return no_sftp(text);
    std::string_view server = rest.substr(0, slash);
    if (!take_user(server) || !is_server(server)) return no_sftp(text);
    return path(rest.substr(slash + 1));
}

Verdict sftp(std::string_view text) {
    if (text.starts_with("sftp://")) return sftp_url(text);
    std::string_view rest = text.substr(std::string_view("sftp:").size());
    const auto colon = rest.find(':');
    if (colon == rest.npos) return no_sftp(text);
    std::string_view host = rest.substr(0, colon);
    if (!take_user(host) || !is_name(host)) return no_sftp(text);
    return path(rest.substr(colon + 1));
}

Verdict s3(std::string_view text) {
    std::string_view rest = text.substr(std::string_view("s3:").size());
    for (const std::string_view scheme : {"https://", "http://"})
        if (rest.starts_with(scheme)) {
            rest.remove_prefix(scheme.size());
            break;
        }
    const auto slash = rest.find('/');
    if (slash == rest.npos || !is_server(rest.substr(0, slash)))
        return Refusal{quote(text) + " is no place in a storage service",
                       "write s3:https://HOST/BUCKET/PATH; keys belong into "
                       "backup.environment_file"};
    return path(rest.substr(slash));
}

}  // namespace

Verdict repository(std::string_view text) {
    constexpr std::size_t longest = 300;
    if (text.size() > longest) return Refusal{quote(text) + " is longer than 300 characters", {}};
    if (text.starts_with("sftp:")) return sftp(text);
    if (text.starts_with("s3:")) return s3(text);
    if (text.starts_with('/')) return data_path(text);
    return Refusal{quote(text) + " is no repository that is known",
                   "a path, sftp:USER@HOST:/PATH and s3:https://HOST/BUCKET/PATH are"};
}

}  // namespace wpns::config::rules
