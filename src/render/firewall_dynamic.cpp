#include "render/firewall_dynamic.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"
#include "render/firewall_elements.hpp"
#include "render/firewall_keys.hpp"

namespace wpns::render {
namespace {

/// It goes into a quoted comment.
bool is_host_name(const std::string& name) {
    return !name.empty() && name.size() <= 120 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

/// Elements by the collection they belong into.
using ByCollection = std::map<std::string, std::vector<std::string>>;

std::string statements(std::string_view verb, const ByCollection& groups) {
    std::string text;
    for (const auto& [collection, elements] : groups)
        text += firewall_statement(verb, collection, elements);
    return text;
}

std::string wrong(const std::string& text, std::string_view what) {
    return "'" + printable(text) + "' is no " + std::string(what);
}

}  // namespace

std::expected<std::string, std::string> firewall_resolved_text(
    std::span<const ResolvedTarget> put, std::span<const ResolvedTarget> removed) {
    ByCollection gone;
    for (const ResolvedTarget& target : removed) {
        if (!is_site_key(target.link))
            return std::unexpected(wrong(target.link, "link name of ours"));
        gone[firewall_box_collection("resolved", target.link, target.box)].push_back(
            firewall_box_key(target.link, target.box));
    }
    ByCollection added;
    for (const ResolvedTarget& target : put) {
        if (!is_site_key(target.link))
            return std::unexpected(wrong(target.link, "link name of ours"));
        if (!is_host_name(target.name)) return std::unexpected(wrong(target.name, "host name"));
        added[firewall_box_collection("resolved", target.link, target.box)].push_back(
            firewall_box_key(target.link, target.box) + " timeout 1h comment \"" + target.name +
            "\"");
    }
    return statements("delete", gone) + statements("add", added);
}

// Adding what is there is no error, deleting what is not there is one.
std::expected<std::string, std::string> firewall_forget_text(const std::string& link,
                                                             const Refusals& refusals) {
    if (!is_site_key(link)) return std::unexpected(wrong(link, "link name of ours"));
    ByCollection keys;
    for (const RefusedTarget& target : refusals.targets) {
        const std::string family = target.address == Ipv4{} && !is_mate6(link) ? "6" : "";
        const std::string key = firewall_link_key(link) + " . " + target.where() + " . " +
                                std::to_string(target.protocol);
        if (target.protocol == protocol_tcp || target.protocol == protocol_udp)
            keys[firewall_collection("refused", link) + family].push_back(
                key + " . " + std::to_string(target.port));
        else
            keys[firewall_collection("refused_other", link) + family].push_back(key);
    }
    return statements("add", keys) + statements("delete", keys);
}

}  // namespace wpns::render
