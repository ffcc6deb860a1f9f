#include "render/firewall_change.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "render/firewall_keys.hpp"

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
        return firewall_link_key(bridge) + " . " + link;
    }

    static std::string inside_key(const std::string& link, const std::string& bridge) {
        return link + " . " + firewall_link_key(bridge);
    }

    static std::string port_key(const std::string& link, const std::pair<std::string, Mac>& port) {
        return firewall_link_key(port.first) + " . " + port.second.str() + " . " + link;
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

}  // namespace

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

}  // namespace wpns::render
