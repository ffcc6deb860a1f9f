#include "render/firewall_elements.hpp"

#include <algorithm>
#include <string_view>
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
        case Egress::none:
            return "egress_none";
    }
    return "egress_none";
}

std::optional<Egress> egress_of(const std::optional<std::string>& chain) {
    for (const Egress egress : {Egress::open, Egress::web, Egress::none})
        if (chain == chain_of(egress)) return egress;
    return std::nullopt;
}

bool is_link_name(std::string_view name) {
    return !name.empty() && name.size() <= 15 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// Elements to put into or take out of the three collections.
struct Batch {
    std::vector<std::string> sources;
    std::vector<std::string> gateways;
    std::vector<std::string> egress;

    [[nodiscard]] std::string text(std::string_view verb) const {
        return line(verb, "sources", sources) + line(verb, "gateways", gateways) +
               line(verb, "egress", egress);
    }

  private:
    static std::string line(std::string_view verb, std::string_view collection,
                            const std::vector<std::string>& elements) {
        if (elements.empty()) return {};
        return std::string(verb) + " element inet wpns " + std::string(collection) + " { " +
               join(elements, ", ") + " }\n";
    }
};

std::string quoted(const std::string& link) {
    return '"' + link + '"';
}

void put_missing(std::vector<std::string>& batch, const std::string& link,
                 const std::set<Ipv4>& from, const std::set<Ipv4>& in) {
    for (const Ipv4 address : from)
        if (!in.contains(address)) batch.push_back(quoted(link) + " . " + address.str());
}

/// Both directions of one link. A changed verdict is taken out and put in, as adding a key that is
/// there with another value fails.
void put_difference(Batch& gone, Batch& added, const std::string& link,
                    const FirewallElements& before, const FirewallElements& after) {
    put_missing(gone.sources, link, before.sources, after.sources);
    put_missing(added.sources, link, after.sources, before.sources);
    put_missing(gone.gateways, link, before.gateways, after.gateways);
    put_missing(added.gateways, link, after.gateways, before.gateways);
    if (before.verdict == after.verdict) return;
    if (before.verdict) gone.egress.push_back(quoted(link));
    if (after.verdict) added.egress.push_back(quoted(link) + " : goto " + *after.verdict);
}

const FirewallElements& find_or_none(const FirewallCollections& all, const std::string& link) {
    static const FirewallElements none;
    const auto found = all.find(link);
    return found == all.end() ? none : found->second;
}

}  // namespace

FirewallElements firewall_elements(const FirewallSite& site) {
    return {.sources = {site.address},
            .gateways = {site.gateway},
            .verdict = std::string(chain_of(site.egress))};
}

FirewallSite firewall_site(const std::string& link, const FirewallElements& elements) {
    FirewallSite site{.link = link, .address = {}, .gateway = {}, .egress = Egress::none};
    const auto egress = egress_of(elements.verdict);
    if (elements.gateways.size() == 1) site.gateway = *elements.gateways.begin();
    if (egress) site.egress = *egress;
    if (elements.sources.size() == 1 && elements.gateways.size() == 1 && egress)
        site.address = *elements.sources.begin();
    return site;
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
        if (!is_link_name(link))
            return std::unexpected("'" + printable(link) + "' is no link name of ours");
        put_difference(gone, added, link, old_elements, new_elements);
    }
    return gone.text("delete") + added.text("add");
}

std::expected<std::string, std::string> firewall_load_text(const FirewallTable& table,
                                                           std::span<const FirewallSite> sites) {
    if (!is_digest(table.digest)) return std::unexpected("the table's digest is no SHA-256");
    FirewallCollections collections;
    for (const FirewallSite& site : sites) collections[site.link] = firewall_elements(site);
    const auto elements = firewall_change_text({}, collections);
    if (!elements) return elements;
    // Deleting a table that is not there fails, so it is made first.
    return "table inet wpns\ndelete table inet wpns\ntable inet wpns {\n\t" +
           std::string(comment_mark) + table.digest + "\"\n}\n" + table.text + *elements;
}

std::optional<std::string> firewall_digest_in(std::string_view listing) {
    const auto at = listing.find(comment_mark);
    if (at == std::string_view::npos) return std::nullopt;
    const auto digest = listing.substr(at + comment_mark.size(), digest_size);
    return is_digest(digest) ? std::optional<std::string>(digest) : std::nullopt;
}

}  // namespace wpns::render
