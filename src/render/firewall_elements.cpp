#include "render/firewall_elements.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace wpns::render {
namespace {

constexpr std::string_view comment_mark = "comment \"wpns:";
constexpr std::size_t digest_size = 64;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_digest(std::string_view text) {
    return text.size() == digest_size && std::ranges::all_of(text, is_hex);
}

std::string_view chain_of(Egress egress) {
    switch (egress) {
        case Egress::open:
            return "egress_open";
        case Egress::web:
            return "egress_web";
        case Egress::allow:
            return "egress_allow";
        case Egress::none:
            return "egress_none";
        case Egress::quarantine:
            return "egress_quarantine";
    }
    return "egress_none";
}

std::optional<Egress> egress_of(const std::optional<std::string>& chain) {
    for (const Egress egress :
         {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine})
        if (chain == chain_of(egress)) return egress;
    return std::nullopt;
}

/// Elements to put into or take out of the collections, in the order of their making.
class Batch {
  public:
    void put(const std::string& collection, std::string element) {
        elements_.at(index_of(collection)).push_back(std::move(element));
    }
    [[nodiscard]] std::string text(std::string_view verb) const {
        std::string text;
        for (std::size_t i = 0; i < collections.size(); ++i)
            text += firewall_statement(verb, collections.at(i), elements_.at(i));
        return text;
    }

  private:
    static constexpr auto collections = std::to_array<std::string_view>({"sources",
                                                                         "gateways",
                                                                         "sources6",
                                                                         "gateways6",
                                                                         "egress",
                                                                         "refusals",
                                                                         "quarantined",
                                                                         "allowed",
                                                                         "allowed6",
                                                                         "connections",
                                                                         "source_address",
                                                                         "mate_sources",
                                                                         "mates",
                                                                         "mate_gateways",
                                                                         "mate_inside",
                                                                         "mate_egress",
                                                                         "mate_refusals",
                                                                         "mate_allowed",
                                                                         "mate_quarantined",
                                                                         "mate_connections",
                                                                         "mate_source_address",
                                                                         "mate_sources6",
                                                                         "mates6",
                                                                         "mate_gateways6",
                                                                         "mate_inside6",
                                                                         "mate_egress6",
                                                                         "mate_refusals6",
                                                                         "mate_allowed6",
                                                                         "mate_quarantined6",
                                                                         "mate_connections6",
                                                                         "ports",
                                                                         "closed",
                                                                         "ports6"});

    static std::size_t index_of(std::string_view collection) {
        return static_cast<std::size_t>(std::ranges::find(collections, collection) -
                                        collections.begin());
    }

    std::array<std::vector<std::string>, collections.size()> elements_;
};

std::string quoted(const std::string& link) {
    return '"' + link + '"';
}

/// What one link is to lose and to get.
class LinkChange {
  public:
    LinkChange(const std::string& link, const FirewallElements& before,
               const FirewallElements& after, Batch& gone, Batch& added)
        : link_(link), before_(before), after_(after), gone_(gone), added_(added) {}

    void put() {
        if (is_mate(link_) || is_mate6(link_))
            put_mate();
        else
            put_alone();
        put_boxes();
        put_verdict();
        put_flag("refusals", before_.counted, after_.counted);
        put_flag("quarantined", before_.quarantined, after_.quarantined);
        put_connections();
        put_source_address();
    }

  private:
    static std::string address_key(const std::string& link, Ipv4 address) {
        return firewall_link_key(link) + " . " + address.str();
    }

    static std::string address6_key(const std::string& link, const Ipv6& address) {
        return firewall_link_key(link) + " . " + address.str();
    }

    static std::string source_key(const std::string& link, const std::string& bridge) {
        return quoted(bridge) + " . " + link;
    }

    static std::string inside_key(const std::string& link, const std::string& bridge) {
        return link + " . " + quoted(bridge);
    }

    static std::string port_key(const std::string& link, const std::pair<std::string, Mac>& port) {
        return quoted(port.first) + " . " + port.second.str() + " . " + link;
    }

    template <typename Member, typename Write>
    void put_members(const std::string& collection, const std::set<Member>& before,
                     const std::set<Member>& after, Write write) {
        const std::string own = firewall_collection(collection, link_);
        for (const Member& member : before)
            if (!after.contains(member)) gone_.put(own, write(link_, member));
        for (const Member& member : after)
            if (!before.contains(member)) added_.put(own, write(link_, member));
    }

    void put_boxes() {
        const auto own = [&](const AllowBox& box) {
            return firewall_box_collection("allowed", link_, box);
        };
        for (const AllowBox& box : before_.allowed)
            if (!after_.allowed.contains(box)) gone_.put(own(box), firewall_box_key(link_, box));
        for (const AllowBox& box : after_.allowed)
            if (!before_.allowed.contains(box)) added_.put(own(box), firewall_box_key(link_, box));
    }

    /// With another comment an element is another one.
    template <typename Member, typename Write>
    void put_named(const std::string& collection, const std::set<Member>& before,
                   const std::set<Member>& after, Write write) {
        const bool same_names = before_.names == after_.names;
        for (const Member& member : before)
            if (!same_names || !after.contains(member)) gone_.put(collection, write(link_, member));
        const std::string comment =
            after_.names.empty() ? "" : " comment \"names:" + after_.names + "\"";
        for (const Member& member : after)
            if (!same_names || !before.contains(member))
                added_.put(collection, write(link_, member) + comment);
    }

    /// What only a site alone has.
    void put_alone() {
        put_named("sources", before_.sources, after_.sources, &LinkChange::address_key);
        put_members("gateways", before_.gateways, after_.gateways, &LinkChange::address_key);
        put_members("sources6", before_.sources6, after_.sources6, &LinkChange::address6_key);
        put_members("gateways6", before_.gateways6, after_.gateways6, &LinkChange::address6_key);
    }

    /// What only a site in a group has.
    void put_mate() {
        const MateElements& before = before_.mate;
        const MateElements& after = after_.mate;
        put_named(firewall_collection("sources", link_), before.bridges, after.bridges,
                  &LinkChange::source_key);
        put_members("gateways", before_.gateways, after_.gateways, &LinkChange::address_key);
        put_members("gateways", before_.gateways6, after_.gateways6, &LinkChange::address6_key);
        put_members("inside", before.inside, after.inside, &LinkChange::inside_key);
        put_members("ports", before.ports, after.ports, &LinkChange::port_key);
        put_flag("mates", before.listed, after.listed);
        put_flag("closed", before.closed, after.closed);
    }

    /// A changed verdict is taken out and put in, as adding a key that is there with another value
    /// fails. The same goes for the value of any other element.
    void put_verdict() {
        if (before_.verdict == after_.verdict) return;
        put_value("egress", before_.verdict.has_value(),
                  after_.verdict ? "goto " + *after_.verdict : "");
    }

    void put_flag(const std::string& collection, bool before, bool after) {
        const std::string own = firewall_collection(collection, link_);
        if (before && !after) gone_.put(own, firewall_link_key(link_));
        if (after && !before) added_.put(own, firewall_link_key(link_));
    }

    void put_value(const std::string& map, bool before, const std::string& after) {
        const std::string own = firewall_collection(map, link_);
        if (before) gone_.put(own, firewall_link_key(link_));
        if (!after.empty()) added_.put(own, firewall_link_key(link_) + " : " + after);
    }

    void put_connections() {
        if (before_.connections == after_.connections) return;
        const std::string chain =
            is_mate6(link_) ? "mate6_limit_" : firewall_collection("limit_", link_);
        put_value(
            "connections", before_.connections != 0,
            after_.connections == 0 ? "" : "jump " + chain + std::to_string(after_.connections));
    }

    void put_source_address() {
        if (before_.source_address == after_.source_address) return;
        put_value("source_address", before_.source_address != Ipv4{},
                  after_.source_address == Ipv4{} ? "" : after_.source_address.str());
    }

    const std::string& link_;
    const FirewallElements& before_;
    const FirewallElements& after_;
    Batch& gone_;
    Batch& added_;
};

const FirewallElements& find_or_none(const FirewallCollections& all, const std::string& link) {
    static const FirewallElements none;
    const auto found = all.find(link);
    return found == all.end() ? none : found->second;
}

std::set<Ipv6> one_or_none(const Ipv6& address) {
    return address == Ipv6{} ? std::set<Ipv6>{} : std::set<Ipv6>{address};
}

MateElements mate_elements(const FirewallSite& site) {
    const FirewallPort& port = site.port;
    if (port.bridge.empty()) return {};
    return {.bridges = {port.bridge},
            .inside = {port.bridge},
            .ports = {{port.port, port.mac}},
            .listed = true,
            .closed = site.egress == Egress::quarantine};
}

/// All frames of IPv6 go to the host, so that the bridges hold none that are closed.
bool is_whole(const MateElements& mate, const FirewallElements& elements, bool ipv6) {
    return mate.bridges.size() == 1 && mate.inside == mate.bridges && mate.ports.size() == 1 &&
           mate.listed && mate.closed == (elements.quarantined && !ipv6);
}

/// All that a site has under its link's name or its IPv4 address.
FirewallElements elements_under_link(const FirewallSite& site) {
    return {.sources = {site.address},
            .names = site.names,
            .gateways = {site.gateway},
            .sources6 = one_or_none(site.address6),
            .gateways6 = one_or_none(site.gateway6),
            .verdict = std::string(chain_of(site.egress)),
            .counted = true,
            .quarantined = site.egress == Egress::quarantine,
            .allowed = {site.allowed.begin(), site.allowed.end()},
            .source_address = site.source_address,
            .connections = site.connections,
            .mate = mate_elements(site)};
}

/// What it has of that under its IPv6 address, which is taken out of `elements`.
FirewallElements take_ipv6(FirewallElements& elements) {
    FirewallElements six = elements;
    six.sources.clear();
    six.gateways.clear();
    six.names.clear();
    six.source_address = {};
    six.mate.closed = false;
    elements.sources6.clear();
    elements.gateways6.clear();
    const auto is_ipv6 = [](const AllowBox& box) { return box.network.is_ipv6(); };
    std::erase_if(elements.allowed, is_ipv6);
    std::erase_if(six.allowed, std::not_fn(is_ipv6));
    return six;
}

/// Elements under an IPv6 address belong to the site of the same port.
const std::pair<const std::string, FirewallElements>* ipv6_of(const FirewallCollections& all,
                                                              const FirewallElements& elements) {
    for (const auto& entry : all)
        if (is_mate6(entry.first) && !entry.second.mate.ports.empty() &&
            elements.mate.ports.contains(*entry.second.mate.ports.begin()))
            return &entry;
    return nullptr;
}

FirewallSite site_under_link(const std::string& link, const FirewallElements& elements) {
    FirewallSite site{.link = link, .address = {}, .gateway = {}, .egress = Egress::none};
    const auto egress = egress_of(elements.verdict);
    if (elements.gateways.size() == 1) site.gateway = *elements.gateways.begin();
    if (egress) site.egress = *egress;
    site.allowed = {elements.allowed.begin(), elements.allowed.end()};
    site.names = elements.names;
    site.source_address = elements.source_address;
    site.connections = elements.connections;
    if (elements.sources6.size() == 1) site.address6 = *elements.sources6.begin();
    if (elements.gateways6.size() == 1) site.gateway6 = *elements.gateways6.begin();
    const bool whole = elements.sources6.size() < 2 && elements.gateways6.size() < 2 &&
                       elements.sources.size() == 1 && elements.gateways.size() == 1 && egress &&
                       elements.counted && elements.quarantined == (egress == Egress::quarantine);
    const MateElements& mate = elements.mate;
    if (!mate.bridges.empty()) site.port.bridge = *mate.bridges.begin();
    if (!mate.ports.empty()) std::tie(site.port.port, site.port.mac) = *mate.ports.begin();
    if (whole && (!is_mate(link) || is_whole(mate, elements, false)))
        site.address = *elements.sources.begin();
    return site;
}

/// Adds what the site has of IPv6. It has the policy of IPv4, or it is not whole.
void add_ipv6(FirewallSite& site, const FirewallElements& four, const FirewallElements& six) {
    site.allowed.insert(site.allowed.end(), six.allowed.begin(), six.allowed.end());
    std::ranges::sort(site.allowed);
    if (six.sources6.size() == 1) site.address6 = *six.sources6.begin();
    if (six.gateways6.size() == 1) site.gateway6 = *six.gateways6.begin();
    const bool whole = six.sources6.size() == 1 && six.gateways6.size() == 1 && six.counted &&
                       six.verdict == four.verdict && six.quarantined == four.quarantined &&
                       six.connections == four.connections &&
                       six.mate.bridges == four.mate.bridges && six.mate.ports == four.mate.ports &&
                       is_whole(six.mate, six, true);
    if (!whole) site.address = {};
}

}  // namespace

FirewallCollections firewall_elements(const FirewallSite& site) {
    FirewallCollections all;
    auto& elements = all[site.link];
    elements = elements_under_link(site);
    if (!is_mate(site.link)) return all;
    auto six = take_ipv6(elements);
    if (site.address6 != Ipv6{}) all.emplace(site.address6.str(), std::move(six));
    return all;
}

FirewallCollections firewall_elements_of(const FirewallCollections& all, const std::string& link) {
    FirewallCollections own;
    const auto found = all.find(link);
    if (found == all.end()) return own;
    own.insert(*found);
    if (!is_mate(link)) return own;
    if (const auto* six = ipv6_of(all, found->second)) own.insert(*six);
    return own;
}

std::map<std::string, FirewallSite> firewall_sites(const FirewallCollections& all) {
    std::map<std::string, FirewallSite> sites;
    std::set<std::string> taken;
    for (const auto& [link, elements] : all) {
        if (is_mate6(link)) continue;
        auto& site = sites[link] = site_under_link(link, elements);
        const auto* six = is_mate(link) ? ipv6_of(all, elements) : nullptr;
        if (six == nullptr) continue;
        add_ipv6(site, elements, six->second);
        taken.insert(six->first);
    }
    // What belongs to none is one without an address, so that it is taken out.
    for (const auto& [link, elements] : all)
        if (is_mate6(link) && !taken.contains(link))
            sites[link] = {.link = link, .address = {}, .gateway = {}, .egress = Egress::none};
    return sites;
}

std::expected<std::string, std::string> firewall_change_text(const FirewallCollections& before,
                                                             const FirewallCollections& after) {
    FirewallCollections all = before;
    all.insert(after.begin(), after.end());
    Batch gone;
    Batch added;
    for (const auto& [link, ignored] : all) {
        const FirewallElements& old_elements = find_or_none(before, link);
        const FirewallElements& new_elements = find_or_none(after, link);
        if (old_elements == new_elements) continue;
        if (!is_site_key(link))
            return std::unexpected("'" + printable(link) + "' is no link name of ours");
        LinkChange(link, old_elements, new_elements, gone, added).put();
    }
    return gone.text("delete") + added.text("add");
}

std::expected<std::string, std::string> firewall_load_text(const FirewallTable& table,
                                                           std::span<const FirewallSite> sites) {
    if (!is_digest(table.digest)) return std::unexpected("the table's digest is no SHA-256");
    FirewallCollections collections;
    for (const FirewallSite& site : sites) collections.merge(firewall_elements(site));
    const auto elements = firewall_change_text({}, collections);
    if (!elements) return elements;
    // Deleting a table that is not there fails, so it is made first.
    const std::string bridges = table.groups ? "table bridge wpns\ndelete table bridge wpns\n" : "";
    return bridges + "table inet wpns\ndelete table inet wpns\ntable inet wpns {\n\t" +
           std::string(comment_mark) + table.digest + "\"\n}\n" + table.text + *elements;
}

std::optional<std::string> firewall_digest_in(std::string_view listing) {
    const auto at = listing.find(comment_mark);
    if (at == std::string_view::npos) return std::nullopt;
    const auto digest = listing.substr(at + comment_mark.size(), digest_size);
    return is_digest(digest) ? std::optional<std::string>(digest) : std::nullopt;
}

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
