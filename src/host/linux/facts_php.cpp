#include "host/linux/facts_php.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::string_view kFpm = "php-fpm";

/// {8, 2} for "8.2"; {0, 0} for anything else.
std::pair<unsigned, unsigned> parse_version(std::string_view text) {
    unsigned major = 0;
    unsigned minor = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, major);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return {};
    const auto second = std::from_chars(first.ptr + 1, end, minor);
    if (second.ec != std::errc() || second.ptr != end) return {};
    return {major, minor};
}

/// "opcache" for "10-opcache.ini"; empty for a name of another form.
std::string module_name(std::string_view link) {
    const auto dash = link.find('-');
    if (dash == std::string_view::npos || !link.ends_with(".ini")) return {};
    return std::string(link.substr(dash + 1, link.size() - dash - 1 - 4));
}

/// True when a line of the ini file sets `key`.
bool sets(std::string_view ini, std::string_view key) {
    return std::ranges::any_of(split(ini, '\n'), [&](std::string_view line) {
        line = trim(line);
        return line.starts_with(key) && trim(line.substr(key.size())).starts_with('=');
    });
}

/// conf.d holds links "NN-NAME.ini" to mods-available, read by PHP in the order of their names.
void add_modules(const Files& files, const std::string& etc, PhpFact& php) {
    const auto available = files.list(etc + "/mods-available");
    for (const auto& link : files.list(etc + "/fpm/conf.d")) {
        const std::string name = module_name(link);
        if (std::ranges::find(available, name + ".ini") == available.end()) continue;
        const auto ini = files.read(etc + "/mods-available/" + name + ".ini");
        if (!ini) continue;
        if (sets(ini->content, "zend_extension"))
            php.zend_modules.push_back(name);
        else if (sets(ini->content, "extension"))
            php.modules.push_back(name);
    }
}

}  // namespace

std::vector<PhpFact> installed_php(const Files& files, const std::string& root) {
    std::vector<PhpFact> found;
    for (const auto& name : files.list(root + "/usr/sbin")) {
        if (!name.starts_with(kFpm)) continue;
        const std::string version = name.substr(kFpm.size());
        if (parse_version(version).first == 0) continue;
        PhpFact php;
        php.version = version;
        php.fpm = "/usr/sbin/" + name;
        const std::string cli = "/usr/bin/php" + version;
        if (::access((root + cli).c_str(), X_OK) == 0) php.cli = cli;
        add_modules(files, root + "/etc/php/" + version, php);
        found.push_back(std::move(php));
    }
    std::ranges::sort(found, {}, [](const PhpFact& php) { return parse_version(php.version); });
    return found;
}

}  // namespace wpns::host::linux_os
