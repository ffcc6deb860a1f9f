#include "apply/boot.hpp"

#include <algorithm>

#include "desired/network.hpp"

namespace wpns::apply {

void load_firewall(const host::Host& host, const Registry& registry, const FirewallTable& table,
                   const std::set<std::string>& leaving) {
    std::vector<FirewallSite> sites;
    for (const auto& [name, record] : registry.sites) {
        if (leaving.contains(name.str())) continue;
        const auto site = desired::firewall_site(name, record);
        const ResourceKey key{Kind::firewall, site.link, name.str()};
        const auto recorded = record.resources.find(key);
        if (recorded != record.resources.end() && recorded->second != pending)
            sites.push_back(site);
    }
    host.firewall.load(table, sites);
    host.files.set_sysctl("net.ipv4.ip_forward", "1");
}

void restore_network(const host::Host& host, const SiteName& site, const SiteRecord& record) {
    const auto known = host.network.namespaces();
    if (std::ranges::find(known, site.str()) == known.end())
        host.network.create_namespace(site.str());
    host.network.ensure_link(desired::link(site, record));
}

}  // namespace wpns::apply
