#include "apply/boot.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "desired/network.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

/// What the table holds of those sites that are set up so far. A site that has IPv6 from a pool
/// that is gone has no place for it in the table: a run over other sites has loaded that. The same
/// goes for a site in a group.
std::vector<FirewallSite> recorded_sites(const Registry& registry, const FirewallTable& table,
                                         const std::set<std::string>& leaving) {
    std::vector<FirewallSite> sites;
    for (const auto& [name, record] : registry.sites) {
        if (leaving.contains(name.str())) continue;
        auto site = desired::firewall_site(name, record);
        if (!table.groups && !site.port.bridge.empty()) continue;
        if (!table.ipv6) desired::take_ipv6(site);
        const ResourceKey key{Kind::firewall, site.link, name.str()};
        const auto recorded = record.resources.find(key);
        if (recorded != record.resources.end() && recorded->second != pending)
            sites.push_back(std::move(site));
    }
    return sites;
}

/// With forwarding on, the kernel hears routers no more (accept_ra 1), and a host that has its
/// default route from one would lose it. 2 goes on hearing; 0 is somebody's choice and stays.
void forward_ipv6(const host::Host& host) {
    const std::string forwarding = "net.ipv6.conf.all.forwarding";
    if (host.files.sysctl(forwarding) == "1") return;
    HostFacts facts;
    host.network.gather(facts);
    if (facts.uplink.find('.') == std::string::npos && !facts.uplink.empty()) {
        const std::string hears = "net.ipv6.conf." + facts.uplink + ".accept_ra";
        if (host.files.sysctl(hears) == "1") host.files.set_sysctl(hears, "2");
    }
    host.files.set_sysctl(forwarding, "1");
}

}  // namespace

void load_firewall(const host::Host& host, const Registry& registry, const FirewallTable& table,
                   const std::set<std::string>& leaving) {
    host.firewall.load(table, recorded_sites(registry, table, leaving));
    host.files.set_sysctl("net.ipv4.ip_forward", "1");
    if (table.ipv6) forward_ipv6(host);
}

bool firewall_is_whole(const host::Host& host, const Registry& registry,
                       const FirewallTable& table) {
    std::map<std::string, FirewallSite> wanted;
    for (auto& site : recorded_sites(registry, table, {})) wanted.emplace(site.link, site);
    return host.firewall.table(table) == table && host.firewall.sites() == wanted;
}

void restore_network(const host::Host& host, const SiteName& site, const SiteRecord& record) {
    const auto known = host.network.namespaces();
    if (std::ranges::find(known, site.str()) == known.end())
        host.network.create_namespace(site.str());
    if (const auto bridge = desired::bridge(record)) host.network.ensure_bridge(*bridge);
    host.network.ensure_link(desired::link(site, record));
    host.files.make_directory(names::run_dir(site), desired::run_directory(record.allocation));
}

}  // namespace wpns::apply
