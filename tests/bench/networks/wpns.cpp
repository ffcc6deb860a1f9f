#include <string>
#include <vector>

#include "bench/clock.hpp"
#include "bench/sites.hpp"
#include "desired/firewall.hpp"
#include "host/linux/firewall_nftables.hpp"
#include "host/linux/network_libnl.hpp"
#include "render/firewall_text.hpp"

/// Sets up and removes the networks of N sites by the calls that apply makes, in its order.
namespace wpns::bench {
namespace {

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
    const Networks networks = networks_of(size);
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
