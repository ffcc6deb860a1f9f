#include "desired/network.hpp"

namespace wpns::desired {

Link link(const SiteName& site, const SiteRecord& record) {
    const Cidr& subnet = record.allocation.subnet;
    Link link;
    link.host_end = names::host_link(site);
    link.site_end = names::site_link(site);
    link.netns = site.str();
    link.host_address = subnet.at(1);
    link.site_address = subnet.at(2);
    link.prefix = subnet.prefix();
    link.host_mac = names::host_mac(site);
    link.site_mac = record.network.mac != Mac{} ? record.network.mac : names::site_mac(site);
    link.mtu = record.network.mtu;
    if (const auto& subnet6 = record.allocation.subnet6) {
        link.prefix6 = subnet6->prefix();
        link.host_address6 = subnet6->at(1);
        link.site_address6 = subnet6->at(2);
    }
    link.up = record.network.up;
    link.down = record.network.down;
    return link;
}

FirewallSite firewall_site(const SiteName& site, const SiteRecord& record) {
    const Cidr& subnet = record.allocation.subnet;
    const auto& subnet6 = record.allocation.subnet6;
    const AppliedNetwork& network = record.network;
    return {.link = names::host_link(site).name,
            .address = subnet.at(2),
            .gateway = subnet.at(1),
            .egress = network.egress,
            .allowed = boxes_of(network.allow),
            .names = names_digest(network.allow),
            .source_address = network.source_address,
            .connections = network.connections,
            .address6 = subnet6 ? subnet6->at(2) : Ipv6{},
            .gateway6 = subnet6 ? subnet6->at(1) : Ipv6{}};
}

}  // namespace wpns::desired
