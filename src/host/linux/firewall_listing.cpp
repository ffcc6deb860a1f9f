#include "host/linux/firewall_listing.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

/// "set sources" as the head of its block in a listing of the table.
bool has_collection(const std::string& rules, const std::string& what) {
    return rules.find("\t" + what + " {\n") != std::string::npos;
}

std::string list_rules(NftContext& nft) {
    return nft.list("list table inet wpns", NftContext::Listing::rules);
}

/// The elements of one set or map. None where the table has no such collection: an older version of
/// the program may have loaded it.
json elements_of(NftContext& nft, const std::string& type, const std::string& name) {
    std::string text;
    try {
        text = nft.list("list " + type + " inet wpns " + name, NftContext::Listing::json);
    } catch (const Error&) {
        if (has_collection(list_rules(nft), type + " " + name)) throw;
        return json::array();
    }
    const json listing = json::parse(text);
    for (const json& object : listing.at("nftables"))
        if (object.contains(type)) return object.at(type).value("elem", json::array());
    throw Error(ErrorKind::failed, "nft listed nothing for " + type + " " + name);
}

/// An element may carry more than its value (a comment, a counter): then it is an object.
const json& value_of(const json& element) {
    return element.is_object() && element.contains("elem") ? element.at("elem").at("val") : element;
}

/// {"concat": [link, address]}
std::pair<std::string, Ipv4> link_and_address(const json& element) {
    const json& parts = value_of(element).at("concat");
    const auto text = parts.at(1).get<std::string>();
    const auto address = Ipv4::parse(text);
    if (!address) throw Error(ErrorKind::failed, "nft listed '" + printable(text) + "' as address");
    return {parts.at(0).get<std::string>(), *address};
}

/// {"goto": {"target": chain}}; empty for any other verdict.
std::string chain_in(const json& verdict) {
    const auto found = verdict.find("goto");
    return found == verdict.end() ? std::string() : found->at("target").get<std::string>();
}

render::FirewallCollections parse_collections(NftContext& nft) {
    render::FirewallCollections all;
    for (const json& element : elements_of(nft, "set", "sources")) {
        const auto [link, address] = link_and_address(element);
        all[link].sources.insert(address);
    }
    for (const json& element : elements_of(nft, "set", "gateways")) {
        const auto [link, address] = link_and_address(element);
        all[link].gateways.insert(address);
    }
    for (const json& element : elements_of(nft, "map", "egress"))
        all[value_of(element.at(0)).get<std::string>()].verdict = chain_in(element.at(1));
    return all;
}

}  // namespace

bool table_exists(NftContext& nft) {
    const std::string tables = nft.list("list tables inet", NftContext::Listing::rules);
    for (const std::string_view line : split(tables, '\n'))
        if (trim(line) == "table inet wpns") return true;
    return false;
}

std::string list_fixed_part(NftContext& nft) {
    const std::string rules = list_rules(nft);
    std::string text = rules;
    for (const std::string set : {"set resolvers", "set private"})
        if (has_collection(rules, set)) {
            const std::string command = "list set inet wpns " + set.substr(4);
            text += nft.list(command, NftContext::Listing::full);
        }
    return text;
}

render::FirewallCollections list_collections(NftContext& nft) {
    try {
        return parse_collections(nft);
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed,
                    std::string("nft's listing is not as expected: ") + error.what());
    }
}

}  // namespace wpns::host::linux_os
