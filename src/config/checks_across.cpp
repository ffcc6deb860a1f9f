#include <map>

#include "config/checks.hpp"
#include "model/allocate.hpp"
#include "model/names.hpp"

namespace wpns::config {
namespace {

/// Something that only one may have, and where it was seen first.
struct Claim {
    const SiteFile* site;
    Place place;
};

std::string text_of(const Claim& claim) {
    const std::string place =
        std::to_string(claim.place.line) + ":" + std::to_string(claim.place.column);
    return claim.site->document.report().file() + ":" + place;
}

using Claims = std::map<std::string, Claim>;

void claim_name(Claims& claims, SiteFile& site, const std::string& name, Place place) {
    const auto [first, added] = claims.try_emplace(name, Claim{&site, place});
    if (added) return;
    const bool same_file = first->second.site == &site;
    site.document.report().add(
        place, {"the name " + name + " is taken by " + text_of(first->second),
                same_file ? "an alias is a further name" : "two sites cannot share a name"});
}

void check_names(std::vector<SiteFile>& sites) {
    Claims claims;
    for (auto& site : sites) {
        if (!site.values.domain.empty())
            claim_name(claims, site, site.values.domain, site.document.place_of("domain"));
        for (const auto& alias : site.values.aliases)
            claim_name(claims, site, alias, site.document.place_in_list("aliases", alias));
    }
}

void check_fits_pool(SiteFile& site, const Cidr& subnet, const HostConfig& host) {
    const Place place = site.document.place_of("network.subnet");
    if (!host.pool.contains(subnet))
        site.document.report().add(
            place,
            {"network.subnet: " + subnet.str() + " is outside of the pool " + host.pool.str(), {}});
    else if (host.reserved.overlaps(subnet))
        site.document.report().add(place, {"network.subnet: " + subnet.str() +
                                               " is in the reserved range " + host.reserved.str(),
                                           {}});
}

void check_subnets(std::vector<SiteFile>& sites, const HostConfig& host, bool host_is_sound) {
    Claims claims;
    for (auto& site : sites) {
        if (!site.values.network.subnet) continue;
        const Cidr& subnet = *site.values.network.subnet;
        const Place place = site.document.place_of("network.subnet");
        const auto [first, added] = claims.try_emplace(subnet.str(), Claim{&site, place});
        if (!added)
            site.document.report().add(
                place,
                {"the subnet " + subnet.str() + " is taken by " + text_of(first->second), {}});
        if (host_is_sound) check_fits_pool(site, subnet, host);
    }
}

std::optional<AnyNetwork> pool_around(const AllowTarget& target, const HostConfig& host) {
    if (!target.network) return std::nullopt;
    if (AnyNetwork(host.pool).contains(*target.network)) return host.pool;
    if (host.pool6 && AnyNetwork(*host.pool6).contains(*target.network)) return *host.pool6;
    return std::nullopt;
}

/// No list opens the way to other sites; one that tries shows a misunderstanding.
void check_allow(std::vector<SiteFile>& sites, const HostConfig& host) {
    for (auto& site : sites)
        for (const AllowTarget& target : site.values.network.allow)
            if (const auto pool = pool_around(target, host))
                site.document.report().add(
                    site.document.place_in_list("network.allow", target.str()),
                    {"network.allow: " + target.str() + " is in the pool " + pool->str() +
                         " of the sites, which never reach each other",
                     {}});
}

/// Where no site has IPv6 there is nothing to open.
void warn_of_ipv6(std::vector<SiteFile>& sites, const HostConfig& host) {
    if (subnet6_prefix(host) != 0) return;
    for (auto& site : sites)
        for (const AllowTarget& target : site.values.network.allow)
            if (target.network && target.network->is_ipv6())
                site.document.report().warn(
                    site.document.place_in_list("network.allow", target.str()),
                    {"network.allow: " + target.str() + " opens nothing: the sites have no IPv6",
                     "network.pool6 of wpns.toml gives it to them"});
}

/// With the derived ones of all sites: each of them may come to stand beside any other.
void check_macs(std::vector<SiteFile>& sites) {
    std::map<Mac, std::string> taken = {{names::bridge_mac(), "the bridges of groups"}};
    for (const auto& site : sites) {
        const auto& file = site.document.report().file();
        taken.emplace(names::host_mac(site.name), "the host's end of " + file);
        if (!site.values.network.mac) taken.emplace(names::site_mac(site.name), file);
    }
    for (auto& site : sites) {
        if (!site.values.network.mac) continue;
        const Mac mac = *site.values.network.mac;
        const Place place = site.document.place_of("network.mac");
        const auto [first, added] = taken.try_emplace(mac, text_of({&site, place}));
        if (added) continue;
        site.document.report().add(place,
                                   {"network.mac: " + mac.str() + " is taken by " + first->second,
                                    "leave the key out for one of the site's own"});
    }
}

/// What a site cannot have beside a group.
void check_alone(SiteFile& site) {
    const auto& network = site.values.network;
    const Place place = site.document.place_of("network.group");
    if (network.subnet)
        site.document.report().add(
            place, {"network.group: a site in a group has an address of the group's network, and "
                    "network.subnet names another one",
                    "leave one of the two keys out"});
}

/// What the sites of one group have to have in common, and how many there can be.
void check_groups(std::vector<SiteFile>& sites) {
    std::map<std::string, std::vector<SiteFile*>> groups;
    for (auto& site : sites)
        if (!site.values.network.group.empty()) groups[site.values.network.group].push_back(&site);
    for (auto& [group, members] : groups) {
        const unsigned mtu = members.front()->values.network.mtu;
        for (std::size_t i = 0; i < members.size(); ++i) {
            auto& site = *members[i];
            const Place place = site.document.place_of("network.group");
            check_alone(site);
            if (site.values.network.mtu != mtu)
                site.document.report().add(
                    place, {"network.group: the sites of group " + group +
                                " share a network, and network.mtu is not the same in all of them",
                            "give all of them that of " + members.front()->name.str()});
            if (i == bridge_ports)
                site.document.report().add(
                    place, {"network.group: group " + group + " has more than " +
                                std::to_string(bridge_ports) +
                                " sites, and a Linux bridge has no more ports than that",
                            "make it two groups"});
        }
    }
}

void check_links(std::vector<SiteFile>& sites) {
    std::map<std::string, const SiteFile*> links;
    for (auto& site : sites) {
        for (const auto& link : {names::host_link(site.name), names::site_link(site.name)}) {
            const auto [first, added] = links.try_emplace(link.name, &site);
            if (added || first->second->name == site.name) continue;
            site.document.report().add(
                {0, 0}, {"the network link of " + site.name.str() + " would have the same name " +
                             link.name + " as that of " + first->second->name.str(),
                         "rename one of the sites"});
        }
    }
}

}  // namespace

void check_across(std::vector<SiteFile>& sites, const HostConfig& host, bool host_is_sound) {
    check_names(sites);
    check_subnets(sites, host, host_is_sound);
    if (host_is_sound) check_allow(sites, host);
    if (host_is_sound) warn_of_ipv6(sites, host);
    check_macs(sites);
    check_groups(sites);
    for (auto& site : sites) check_source(site.document, {}, site.values, host);
    check_links(sites);
}

}  // namespace wpns::config
