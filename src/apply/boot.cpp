#include "apply/boot.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "desired/network.hpp"

namespace wpns::apply {
namespace {

/// What the table holds of those sites that are set up so far.
std::vector<FirewallSite> recorded_sites(const Registry& registry,
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
    return sites;
}

}  // namespace

void load_firewall(const host::Host& host, const Registry& registry, const FirewallTable& table,
                   const std::set<std::string>& leaving) {
    host.firewall.load(table, recorded_sites(registry, leaving));
    host.files.set_sysctl("net.ipv4.ip_forward", "1");
}

bool firewall_is_whole(const host::Host& host, const Registry& registry,
                       const FirewallTable& table) {
    std::map<std::string, FirewallSite> wanted;
    for (auto& site : recorded_sites(registry, {})) wanted.emplace(site.link, site);
    return host.firewall.table(table) == table && host.firewall.sites() == wanted;
}

void restore_network(const host::Host& host, const SiteName& site, const SiteRecord& record) {
    const auto known = host.network.namespaces();
    if (std::ranges::find(known, site.str()) == known.end())
        host.network.create_namespace(site.str());
    host.network.ensure_link(desired::link(site, record));
}

}  // namespace wpns::apply
