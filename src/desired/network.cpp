#include "desired/network.hpp"

namespace wpns::desired {
namespace {

Mac mac_of(const SiteName& site, const SiteRecord& record) {
    return record.network.mac != Mac{} ? record.network.mac : names::site_mac(site);
}

FirewallPort port_of(const SiteName& site, const SiteRecord& record) {
    return {names::bridge(record.allocation.group).name, names::host_link(site).name,
            mac_of(site, record)};
}

}  // namespace

Link link(const SiteName& site, const SiteRecord& record) {
    const Cidr& subnet = record.allocation.subnet;
    Link link;
    link.host_end = names::host_link(site);
    link.site_end = names::site_link(site);
    link.netns = site.str();
    link.host_address = record.allocation.gateway();
    link.site_address = record.allocation.site_address();
    link.prefix = subnet.prefix();
    if (!record.allocation.group.empty()) link.bridge = names::bridge(record.allocation.group).name;
    link.host_mac = names::host_mac(site);
    link.site_mac = mac_of(site, record);
    link.mtu = record.network.mtu;
    if (const auto& subnet6 = record.allocation.subnet6) {
        // A mate is reached by the gateway, so that nobody need look for neighbours.
        constexpr unsigned alone = 128;
        link.prefix6 = record.allocation.group.empty() ? subnet6->prefix() : alone;
        link.host_address6 = record.allocation.gateway6();
        link.site_address6 = record.allocation.site_address6();
    }
    link.up = record.network.up;
    link.down = record.network.down;
    return link;
}

FirewallSite firewall_site(const SiteName& site, const SiteRecord& record) {
    const auto& subnet6 = record.allocation.subnet6;
    const AppliedNetwork& network = record.network;
    const Ipv4 address = record.allocation.site_address();
    const bool grouped = !record.allocation.group.empty();
    FirewallSite result{.link = grouped ? address.str() : names::host_link(site).name,
                        .address = address,
                        .gateway = record.allocation.gateway(),
                        .egress = network.egress,
                        .allowed = boxes_of(network.allow),
                        .names = names_digest(network.allow),
                        .source_address = network.source_address,
                        .connections = network.connections,
                        .address6 = subnet6 ? record.allocation.site_address6() : Ipv6{},
                        .gateway6 = subnet6 ? record.allocation.gateway6() : Ipv6{},
                        .port = grouped ? port_of(site, record) : FirewallPort{}};
    if (!subnet6) take_ipv6(result);
    return result;
}

void take_ipv6(FirewallSite& site) {
    site.address6 = site.gateway6 = Ipv6{};
    std::erase_if(site.allowed, [](const AllowBox& box) { return box.network.is_ipv6(); });
}

Directory run_directory(const Allocation& allocation) {
    return {0, allocation.uid, 02755};
}

std::optional<Bridge> bridge(const SiteRecord& record) {
    const auto& given = record.allocation;
    if (given.group.empty()) return std::nullopt;
    Bridge bridge{names::bridge(given.group), names::bridge_mac(), given.gateway(),
                  given.subnet.prefix()};
    if (given.subnet6) {
        bridge.prefix6 = given.subnet6->prefix();
        bridge.address6 = given.gateway6();
    }
    return bridge;
}

}  // namespace wpns::desired
