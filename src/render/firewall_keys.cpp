#include "render/firewall_keys.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wpns::render {
namespace {

std::string quoted(const std::string& link) {
    return '"' + link + '"';
}

}  // namespace

std::string firewall_statement(std::string_view verb, std::string_view collection,
                               const std::vector<std::string>& elements) {
    if (elements.empty()) return {};
    const bool bridge = collection == "ports" || collection == "ports6" || collection == "closed";
    return std::string(verb) + " element " + (bridge ? "bridge" : "inet") + " wpns " +
           std::string(collection) + " { " + join(elements, ", ") + " }\n";
}

// Numbers, not names: those are read from /etc/protocols, which need not be there.
std::string firewall_box_key(const std::string& link, const AllowBox& box) {
    return firewall_link_key(link) + " . " + box.network.short_str() + " . " +
           std::to_string(box.protocol) + " . " +
           (box.port == 0 ? "0-65535" : std::to_string(box.port));
}

bool is_mate(std::string_view link) {
    return Ipv4::parse(link).has_value();
}

bool is_mate6(std::string_view link) {
    return link.find(':') != link.npos && Ipv6::parse(link).has_value();
}

bool is_site_key(std::string_view link) {
    return is_link_name(link) || is_mate(link) || is_mate6(link);
}

std::string firewall_collection(const std::string& collection, std::string_view link) {
    const bool named_alike =
        collection == "ports" || collection == "closed" || collection == "mates";
    const bool ipv6 = is_mate6(link);
    const std::string front = (is_mate(link) || ipv6) && !named_alike ? "mate_" : "";
    return front + collection + (ipv6 ? "6" : "");
}

std::string firewall_box_collection(const std::string& collection, std::string_view link,
                                    const AllowBox& box) {
    const bool alone = !is_mate(link) && !is_mate6(link);
    return firewall_collection(collection, link) + (box.network.is_ipv6() && alone ? "6" : "");
}

std::string firewall_link_key(const std::string& link) {
    return is_mate(link) || is_mate6(link) ? link : quoted(link);
}

bool is_link_name(std::string_view name) {
    return !name.empty() && name.size() <= 15 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

}  // namespace wpns::render
