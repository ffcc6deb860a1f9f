#include "render/firewall_dynamic.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"
#include "render/firewall_elements.hpp"

namespace wpns::render {
namespace {

/// It goes into a quoted comment.
bool is_host_name(const std::string& name) {
    return !name.empty() && name.size() <= 120 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

std::string wrong(const std::string& text, std::string_view what) {
    return "'" + printable(text) + "' is no " + std::string(what);
}

}  // namespace

std::expected<std::string, std::string> firewall_resolved_text(
    std::span<const ResolvedTarget> put, std::span<const ResolvedTarget> removed) {
    std::vector<std::string> gone;
    for (const ResolvedTarget& target : removed) {
        if (!is_link_name(target.link))
            return std::unexpected(wrong(target.link, "link name of ours"));
        gone.push_back(firewall_box_key(target.link, target.box));
    }
    std::vector<std::string> added;
    for (const ResolvedTarget& target : put) {
        if (!is_link_name(target.link))
            return std::unexpected(wrong(target.link, "link name of ours"));
        if (!is_host_name(target.name)) return std::unexpected(wrong(target.name, "host name"));
        added.push_back(firewall_box_key(target.link, target.box) + " timeout 1h comment \"" +
                        target.name + "\"");
    }
    return firewall_statement("delete", "resolved", gone) +
           firewall_statement("add", "resolved", added);
}

// Adding what is there is no error, deleting what is not there is one.
std::expected<std::string, std::string> firewall_forget_text(const std::string& link,
                                                             const Refusals& refusals) {
    if (!is_link_name(link)) return std::unexpected(wrong(link, "link name of ours"));
    std::map<std::string, std::vector<std::string>> keys;
    for (const RefusedTarget& target : refusals.targets) {
        const std::string family = target.address == Ipv4{} ? "6" : "";
        const std::string key =
            '"' + link + "\" . " + target.where() + " . " + std::to_string(target.protocol);
        if (target.protocol == protocol_tcp || target.protocol == protocol_udp)
            keys["refused" + family].push_back(key + " . " + std::to_string(target.port));
        else
            keys["refused_other" + family].push_back(key);
    }
    std::string text;
    for (const char* verb : {"add", "delete"})
        for (const auto& [set, elements] : keys) text += firewall_statement(verb, set, elements);
    return text;
}

}  // namespace wpns::render
