#include "render/firewall_elements.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "render/firewall_keys.hpp"

namespace wpns::render {
namespace {

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

}  // namespace wpns::render
