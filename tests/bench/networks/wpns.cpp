#include <string>
#include <vector>

#include "bench/clock.hpp"
#include "desired/firewall.hpp"
#include "desired/network.hpp"
#include "host/linux/firewall_nftables.hpp"
#include "host/linux/network_libnl.hpp"
#include "render/firewall_text.hpp"

/// Sets up and removes the networks of N sites by the calls that apply makes, in its order.
namespace wpns::bench {
namespace {

struct Site {
    SiteName name;
    Link link;
};

struct Networks {
    std::vector<Site> sites;
    std::vector<FirewallSite> firewall;
};

const Cidr pool = Cidr::parse("10.10.0.0/16").value();

/// The n-th site, with the n-th /30 from 10.10.1.0 on.
void add_site(Networks& networks, unsigned n) {
    const SiteName name = SiteName::parse("s" + std::to_string(n)).value();
    SiteRecord record;
    record.allocation.subnet = Cidr::of(Ipv4{pool.at(256).value + 4 * n}, 30);
    networks.sites.push_back({name, desired::link(name, record)});
    networks.firewall.push_back(desired::firewall_site(name, record));
}

void set_up(const Networks& networks, host::Network& network, host::Firewall& firewall) {
    for (const Site& site : networks.sites) network.create_namespace(site.name.str());
    firewall.load(desired::firewall_table(render::firewall_table_text(pool, {})), {});
    firewall.change(networks.firewall, {});
    for (const Site& site : networks.sites) network.ensure_link(site.link);
}

void take_down(const Networks& networks, host::Network& network, host::Firewall& firewall) {
    std::vector<std::string> names;
    for (const Site& site : networks.sites) names.push_back(site.link.host_end.name);
    (void)network.remove_links(names);
    firewall.change({}, networks.firewall);
    for (const Site& site : networks.sites) network.remove_namespace(site.name.str());
    firewall.remove_table();
}

void run(unsigned size) {
    Networks networks;
    for (unsigned n = 0; n < size; ++n) add_site(networks, n);
    const auto network = host::linux_os::make_network(host::linux_os::PinIn::any_mounts);
    const auto firewall = host::linux_os::make_firewall();
    measure("networks-up", "wpns", size, [&] { set_up(networks, *network, *firewall); });
    measure("networks-down", "wpns", size, [&] { take_down(networks, *network, *firewall); });
}

}  // namespace
}  // namespace wpns::bench

int main(int argc, char** argv) {
    return wpns::bench::run_main(argc, argv, wpns::bench::run);
}
