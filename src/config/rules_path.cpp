#include <array>

#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"

namespace wpns::config::rules {
namespace {

bool allowed(char c) {
    return is_word(c) || c == '.' || c == '/' || c == '+' || c == '-';
}
bool is_step(std::string_view part) {
    return part == "." || part == "..";
}

/// `text` is `directory` or lies below it.
bool within(std::string_view text, std::string_view directory) {
    return text.starts_with(directory) &&
           (text.size() == directory.size() || text[directory.size()] == '/');
}

template <std::size_t Count>
Verdict outside(std::string_view text, const std::array<std::string_view, Count>& directories,
                std::string_view why) {
    for (const auto directory : directories)
        if (within(text, directory))
            return Refusal{
                quote(text) + " is in " + std::string(directory) + ", " + std::string(why), {}};
    return {};
}

/// Kernel, configuration and what other parts own: nothing to read a WordPress from, nothing to put
/// data into.
constexpr std::array<std::string_view, 12> system_directories = {
    "/proc", "/sys", "/dev",  "/run", "/var/run", "/etc",
    "/boot", "/bin", "/sbin", "/lib", "/lib64",   "/var/lib/mysql"};
/// Where others than root create entries, or where a site's accounts cannot enter.
constexpr std::array<std::string_view, 5> open_directories = {"/tmp", "/var/tmp", "/home", "/root",
                                                              "/usr"};
/// Too wide to be given away as a whole.
constexpr std::array<std::string_view, 8> wide_directories = {
    "/var", "/var/lib", "/srv", "/opt", "/mnt", "/media", "/var/lib/wpns", "/var/lib/wpns/core"};

Verdict https_url(std::string_view text) {
    const std::string_view rest = text.substr(std::string_view("https://").size());
    const auto slash = rest.find('/');
    if (slash == rest.npos) return Refusal{quote(text) + " names no file on its server", {}};
    if (auto refusal = domain(rest.substr(0, slash))) return refusal;
    return path(rest.substr(slash));
}

}  // namespace

Verdict path(std::string_view text) {
    constexpr std::size_t longest = 200;
    if (!text.starts_with('/')) return Refusal{quote(text) + " does not begin with /", {}};
    if (text.size() > longest) return Refusal{quote(text) + " is longer than 200 characters", {}};
    if (!all_of(text, allowed))
        return Refusal{quote(text) + " holds a character that is not taken in a path",
                       "letters, digits and . _ / + - are"};
    for (const auto part : split(text.substr(1), '/'))
        if (part.empty() || is_step(part))
            return Refusal{quote(text) + " is not in normal form",
                           "write it without //, /./, /../ and / at the end"};
    return {};
}

Verdict data_path(std::string_view text) {
    if (auto refusal = path(text)) return refusal;
    if (auto refusal = outside(text, system_directories, "which belongs to the system"))
        return refusal;
    if (auto refusal = outside(text, open_directories, "which is no place for data of root"))
        return refusal;
    for (const auto directory : wide_directories)
        if (text == directory)
            return Refusal{quote(text) + " is shared with others",
                           "name a directory of its own below it"};
    return {};
}

Verdict wordpress_source(std::string_view text) {
    if (text.starts_with("https://")) return https_url(text);
    if (text.find("://") != text.npos)
        return Refusal{quote(text) + " is no https URL", "write an absolute path or https://..."};
    if (auto refusal = path(text)) return refusal;
    return outside(text, system_directories, "which belongs to the system");
}

}  // namespace wpns::config::rules
