#include "host/linux/facts_resolvers.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "host/linux/files_list.hpp"

namespace wpns::host::linux_os {
namespace {

bool is_loopback(Ipv4 address) {
    return address.value >> 24 == 127;
}

/// resolv.conf(5): the keyword starts the line and is followed by blanks.
std::vector<Ipv4> name_servers(const std::string& path) {
    constexpr std::string_view keyword = "nameserver";
    const std::string text = read_system_text(path);
    std::vector<Ipv4> found;
    for (const auto line : split(text, '\n')) {
        if (!line.starts_with(keyword)) continue;
        const auto rest = line.substr(keyword.size());
        if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) continue;
        const auto word = trim(rest);
        const auto address = Ipv4::parse(word.substr(0, word.find_first_of(" \t#;")));
        if (address && std::ranges::find(found, *address) == found.end()) {
            found.push_back(*address);
        }
    }
    return found;
}

}  // namespace

std::vector<Ipv4> upstream_resolvers(const std::string& first, const std::string& behind_stub) {
    auto found = name_servers(first);
    if (std::ranges::any_of(found, is_loopback)) found = name_servers(behind_stub);
    std::erase_if(found, is_loopback);
    return found;
}

}  // namespace wpns::host::linux_os
