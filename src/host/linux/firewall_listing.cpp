#include "host/linux/firewall_listing.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/connection_limits.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

/// "set sources" as the head of its block in a listing of the table.
bool has_collection(const std::string& rules, const std::string& what) {
    return rules.find("\t" + what + " {\n") != std::string::npos;
}

std::string list_rules(NftContext& nft, const std::string& family = "inet") {
    if (family != "inet" && !table_exists(nft, family)) return {};
    return nft.list("list table " + family + " wpns", NftContext::Listing::rules);
}

/// Which collections for sites in groups a table has.
struct MateFamilies {
    bool ipv4 = false;
    bool ipv6 = false;
};

MateFamilies mate_families(NftContext& nft) {
    const std::string rules = list_rules(nft);
    return {has_collection(rules, "set mates"), has_collection(rules, "set mates6")};
}

/// Those collections of both families, and where the table has them those of sites in groups as
/// well.
std::vector<std::string> in_all_forms(const std::vector<std::string>& sets, MateFamilies mates) {
    std::vector<std::string> found;
    for (const std::string& set : sets) {
        found.push_back(set);
        if (set != "refusals") found.push_back(set + "6");
        if (mates.ipv4) found.push_back("mate_" + set);
        if (mates.ipv6) found.push_back("mate_" + set + "6");
    }
    return found;
}

/// The elements of one set or map. None where the table has no such collection: an older version of
/// the program may have loaded it.
json elements_of(NftContext& nft, const std::string& type, const std::string& name,
                 const std::string& family = "inet") {
    std::string text;
    try {
        text = nft.list("list " + type + " " + family + " wpns " + name, NftContext::Listing::json);
    } catch (const Error&) {
        if (has_collection(list_rules(nft, family), type + " " + name)) throw;
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

Ipv6 address6_in(const json& element) {
    const auto text = value_of(element).at("concat").at(1).get<std::string>();
    const auto address = Ipv6::parse(text);
    if (!address) throw Error(ErrorKind::failed, "nft listed '" + printable(text) + "' as address");
    return *address;
}

std::string link_in(const json& element) {
    return value_of(element).at("concat").at(0).get<std::string>();
}

/// {"goto": {"target": chain}}; empty for any other verdict.
std::string chain_in(const json& verdict) {
    const auto found = verdict.find("goto");
    return found == verdict.end() ? std::string() : found->at("target").get<std::string>();
}

/// "names:0123456789abcdef" in the comment of a source; empty for any other.
std::string comment_names(const json& element) {
    if (!element.contains("elem")) return {};
    const auto comment = element.at("elem").value("comment", std::string());
    const std::string_view mark = "names:";
    return comment.starts_with(mark) ? comment.substr(mark.size()) : std::string();
}

std::optional<AnyAddress> any_address(const std::string& text) {
    if (const auto address = Ipv4::parse(text)) return *address;
    if (const auto address = Ipv6::parse(text)) return *address;
    return std::nullopt;
}

/// "203.0.113.7", or {"prefix": {"addr": "203.0.113.0", "len": 24}}; nothing for a range.
std::optional<AnyNetwork> network_in(const json& part) {
    const bool prefix = part.is_object() && part.contains("prefix");
    if (!prefix && !part.is_string()) return std::nullopt;
    const auto& address = prefix ? part.at("prefix").at("addr") : part;
    const auto parsed = any_address(address.get<std::string>());
    if (!parsed) throw Error(ErrorKind::failed, "nft listed no address in an allow list");
    if (!prefix) return AnyNetwork::of(*parsed);
    const auto length = part.at("prefix").at("len").get<unsigned>();
    if (const auto* ipv4 = std::get_if<Ipv4>(&*parsed)) return Cidr::of(*ipv4, length);
    return Cidr6::of(std::get<Ipv6>(*parsed), length);
}

/// {"concat": [link, network, protocol, port]}; all ports are {"range": [0, 65535]}. Nothing for
/// what this program would not write.
std::optional<AllowBox> box_in(const json& parts) {
    static const json all_ports = {{"range", {0, 65535}}};
    const json& port = parts.at(3);
    const auto network = network_in(parts.at(1));
    const bool known_port = port.is_number() ? port != 0 : port == all_ports;
    if (!network || !parts.at(0).is_string() || !parts.at(2).is_number() || !known_port)
        return std::nullopt;
    return AllowBox{*network, parts.at(2).get<std::uint8_t>(),
                    port.is_number() ? port.get<std::uint16_t>() : std::uint16_t{0}};
}

void take_addresses(NftContext& nft, render::FirewallCollections& all) {
    for (const json& element : elements_of(nft, "set", "sources")) {
        const auto [link, address] = link_and_address(element);
        all[link].sources.insert(address);
        all[link].names = comment_names(element);
    }
    for (const json& element : elements_of(nft, "set", "gateways")) {
        const auto [link, address] = link_and_address(element);
        all[link].gateways.insert(address);
    }
    for (const json& element : elements_of(nft, "set", "sources6"))
        all[link_in(element)].sources6.insert(address6_in(element));
    for (const json& element : elements_of(nft, "set", "gateways6"))
        all[link_in(element)].gateways6.insert(address6_in(element));
}

/// The text of a part of an element that is no number.
std::string part_of(const json& element, std::size_t part) {
    return value_of(element).at("concat").at(part).get<std::string>();
}

/// What mates have that other sites have not.
void take_mates(NftContext& nft, render::FirewallCollections& all) {
    for (const json& element : elements_of(nft, "set", "mate_sources")) {
        auto& mate = all[part_of(element, 1)];
        mate.mate.bridges.insert(part_of(element, 0));
        mate.sources.insert(Ipv4::parse(part_of(element, 1)).value_or(Ipv4{}));
        mate.names = comment_names(element);
    }
    for (const json& element : elements_of(nft, "set", "mate_inside"))
        all[part_of(element, 0)].mate.inside.insert(part_of(element, 1));
    for (const json& element : elements_of(nft, "set", "mates"))
        all[value_of(element).get<std::string>()].mate.listed = true;
    for (const json& element : elements_of(nft, "set", "mate_gateways"))
        all[link_in(element)].gateways.insert(link_and_address(element).second);
    for (const json& element : elements_of(nft, "set", "ports", "bridge"))
        all[part_of(element, 2)].mate.ports.emplace(
            part_of(element, 0), Mac::parse(part_of(element, 1)).value_or(Mac{}));
    for (const json& element : elements_of(nft, "set", "closed", "bridge"))
        all[value_of(element).get<std::string>()].mate.closed = true;
}

/// The same of IPv6.
void take_mates6(NftContext& nft, render::FirewallCollections& all) {
    for (const json& element : elements_of(nft, "set", "mate_sources6")) {
        auto& mate = all[part_of(element, 1)];
        mate.mate.bridges.insert(part_of(element, 0));
        mate.sources6.insert(address6_in(element));
    }
    for (const json& element : elements_of(nft, "set", "mate_inside6"))
        all[part_of(element, 0)].mate.inside.insert(part_of(element, 1));
    for (const json& element : elements_of(nft, "set", "mates6"))
        all[value_of(element).get<std::string>()].mate.listed = true;
    for (const json& element : elements_of(nft, "set", "mate_gateways6"))
        all[link_in(element)].gateways6.insert(address6_in(element));
    for (const json& element : elements_of(nft, "set", "ports6", "bridge"))
        all[part_of(element, 2)].mate.ports.emplace(
            part_of(element, 0), Mac::parse(part_of(element, 1)).value_or(Mac{}));
}

/// {"jump": {"target": "limit_50"}}; a number that is no limit for any other verdict.
unsigned limit_in(const json& verdict) {
    const auto found = verdict.find("jump");
    if (found == verdict.end()) return 1;
    const auto chain = found->at("target").get<std::string>();
    for (const unsigned limit : connection_limits)
        for (const char* front : {"", "mate_", "mate6_"})
            if (chain == front + ("limit_" + std::to_string(limit))) return limit;
    return 1;
}

void take_allowed(NftContext& nft, const std::string& set, render::FirewallCollections& all) {
    for (const json& element : elements_of(nft, "set", set)) {
        const json& parts = value_of(element).at("concat");
        if (const auto box = box_in(parts))
            all[parts.at(0).get<std::string>()].allowed.insert(*box);
    }
}

/// `front` is "mate_" for the collections of sites in groups, and `back` "6" for theirs of IPv6.
void take_policies(NftContext& nft, const std::string& front, const std::string& back,
                   render::FirewallCollections& all) {
    for (const json& element : elements_of(nft, "map", front + "egress" + back))
        all[value_of(element.at(0)).get<std::string>()].verdict = chain_in(element.at(1));
    for (const json& element : elements_of(nft, "set", front + "refusals" + back))
        all[value_of(element).get<std::string>()].counted = true;
    for (const json& element : elements_of(nft, "set", front + "quarantined" + back))
        all[value_of(element).get<std::string>()].quarantined = true;
    take_allowed(nft, front + "allowed" + back, all);
    for (const json& element : elements_of(nft, "map", front + "connections" + back))
        all[value_of(element.at(0)).get<std::string>()].connections = limit_in(element.at(1));
    if (!back.empty()) return;
    for (const json& element : elements_of(nft, "map", front + "source_address"))
        all[value_of(element.at(0)).get<std::string>()].source_address =
            Ipv4::parse(element.at(1).get<std::string>()).value_or(Ipv4{});
}

render::FirewallCollections parse_collections(NftContext& nft) {
    render::FirewallCollections all;
    take_addresses(nft, all);
    take_policies(nft, "", "", all);
    take_allowed(nft, "allowed6", all);
    const MateFamilies mates = mate_families(nft);
    if (mates.ipv4) {
        take_mates(nft, all);
        take_policies(nft, "mate_", "", all);
    }
    if (mates.ipv6) {
        take_mates6(nft, all);
        take_policies(nft, "mate_", "6", all);
    }
    return all;
}

std::uint64_t count_in(const json& element) {
    return element.at("elem").at("counter").at("packets").get<std::uint64_t>();
}

RefusedTarget refused_in(const json& element) {
    const json& parts = value_of(element).at("concat");
    RefusedTarget target{{},
                         parts.at(2).get<std::uint8_t>(),
                         parts.size() > 3 ? parts.at(3).get<std::uint16_t>() : std::uint16_t{0},
                         count_in(element),
                         {}};
    const auto address = any_address(parts.at(1).get<std::string>());
    if (!address) throw Error(ErrorKind::failed, "nft listed no address that was refused");
    if (const auto* ipv4 = std::get_if<Ipv4>(&*address))
        target.address = *ipv4;
    else
        target.address6 = std::get<Ipv6>(*address);
    return target;
}

std::map<std::string, Refusals> parse_refusals(NftContext& nft) {
    std::map<std::string, Refusals> found;
    const MateFamilies mates = mate_families(nft);
    for (const std::string& set : in_all_forms({"refusals"}, mates))
        for (const json& element : elements_of(nft, "set", set))
            found[value_of(element).get<std::string>()].total = count_in(element);
    for (const std::string& set : in_all_forms({"refused", "refused_other"}, mates))
        for (const json& element : elements_of(nft, "set", set))
            found[link_in(element)].targets.push_back(refused_in(element));
    return found;
}

std::vector<ResolvedTarget> parse_resolved(NftContext& nft) {
    std::vector<ResolvedTarget> found;
    for (const std::string& set : in_all_forms({"resolved"}, mate_families(nft)))
        for (const json& element : elements_of(nft, "set", set)) {
            const json& parts = value_of(element).at("concat");
            if (const auto box = box_in(parts))
                found.push_back({parts.at(0).get<std::string>(),
                                 element.at("elem").value("comment", std::string()), *box});
        }
    return found;
}

bool parse_foreign_targets(NftContext& nft) {
    for (const std::string& set : in_all_forms({"allowed", "resolved"}, mate_families(nft)))
        for (const json& element : elements_of(nft, "set", set))
            if (!box_in(value_of(element).at("concat"))) return true;
    return false;
}

/// What `read` makes of a listing; one that is not as expected is an Error.
template <typename Read>
auto checked(Read read) {
    try {
        return read();
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed,
                    std::string("nft's listing is not as expected: ") + error.what());
    }
}

}  // namespace

bool table_exists(NftContext& nft, const std::string& family) {
    const std::string tables = nft.list("list tables " + family, NftContext::Listing::rules);
    for (const std::string_view line : split(tables, '\n'))
        if (trim(line) == "table " + family + " wpns") return true;
    return false;
}

bool has_resolved6(NftContext& nft) {
    return has_collection(list_rules(nft), "set resolved6");
}

std::string list_fixed_part(NftContext& nft) {
    const std::string rules = list_rules(nft);
    std::string text = rules;
    for (const std::string set : {"set resolvers", "set private", "set private6"})
        if (has_collection(rules, set)) {
            const std::string command = "list set inet wpns " + set.substr(4);
            text += nft.list(command, NftContext::Listing::full);
        }
    return text + list_rules(nft, "bridge");
}

render::FirewallCollections list_collections(NftContext& nft) {
    return checked([&] { return parse_collections(nft); });
}

bool has_foreign_targets(NftContext& nft) {
    return checked([&] { return parse_foreign_targets(nft); });
}

std::map<std::string, std::string> list_mates6(NftContext& nft) {
    return checked([&] {
        std::map<std::string, std::string> by_port;
        std::map<std::string, std::string> found;
        if (!mate_families(nft).ipv6) return found;
        for (const json& element : elements_of(nft, "set", "ports6", "bridge"))
            by_port[part_of(element, 0)] = part_of(element, 2);
        for (const json& element : elements_of(nft, "set", "ports", "bridge"))
            if (const auto six = by_port.find(part_of(element, 0)); six != by_port.end())
                found[part_of(element, 2)] = six->second;
        return found;
    });
}

std::map<std::string, Refusals> list_refusals(NftContext& nft) {
    return checked([&] { return parse_refusals(nft); });
}

std::vector<ResolvedTarget> list_resolved(NftContext& nft) {
    return checked([&] { return parse_resolved(nft); });
}

}  // namespace wpns::host::linux_os
