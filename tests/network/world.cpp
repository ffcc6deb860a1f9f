#include "network/world.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "base/digest.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_state.hpp"
#include "render/firewall_text.hpp"

namespace wpns::test {
namespace {

using namespace host::linux_os;

/// Only lo may be up: everything else is what a test left behind, or a real host.
void require_throw_away_host() {
    Socket socket;
    for (const LinkState& link : read_links(socket))
        if (link.up && link.name != "lo")
            GTEST_FAIL() << link.name << " is up; run this by scripts/in-throwaway-host";
}

/// Takes link number 2, as a network card does. With one number for both ends of a pair the kernel
/// tells them up to a second later that they have a carrier.
void take_first_index() {
    Socket socket;
    add_bridge(socket, "nic0");
}

}  // namespace

void World::SetUp() {
    require_throw_away_host();
    if (HasFatalFailure()) return;
    take_first_index();
    network = make_network(PinIn::any_mounts);
    firewall = make_firewall();
    write_sysctl("", "net/ipv4/ip_forward", "1");
}

void World::connect_world(const Link& uplink) {
    const auto there = network->namespaces();
    if (std::ranges::find(there, uplink.netns) == there.end())
        network->create_namespace(uplink.netns);
    network->ensure_link(uplink);
    Socket host;
    set_group(host, uplink.host_end.name, 0);
}

void World::TearDown() {
    if (!network) return;
    firewall->remove_table();
    Socket socket;
    for (const LinkState& link : read_links(socket)) {
        if (link.kind == "veth") (void)network->remove_links(std::vector{link.name});
        if (link.kind != "bridge") continue;
        nl::Message message(RTM_DELLINK, 0);
        ifinfomsg header{};
        header.ifi_index = link.index;
        socket.request(message.header(header), "delete " + link.name);
    }
    for (const std::string& name : network->namespaces()) network->remove_namespace(name);
}

Ipv4 ip(const std::string& text) {
    return Ipv4::parse(text).value();
}
Cidr cidr(const std::string& text) {
    return Cidr::parse(text).value();
}

Link link_of(const std::string& site, unsigned n) {
    const SiteName name = SiteName::parse(site).value();
    const Cidr subnet = Cidr::of(Ipv4{ip("10.10.1.0").value + 4 * n}, 30);
    Link link;
    link.host_end = names::host_link(name);
    link.site_end = names::site_link(name);
    link.netns = site;
    link.host_address = subnet.at(1);
    link.site_address = subnet.at(2);
    link.host_mac = Mac::derive("host " + site);
    link.site_mac = Mac::derive("site " + site);
    return link;
}

Link uplink_to_world() {
    Link uplink = link_of("world");
    uplink.host_end = {"eth0", "eth0"};
    uplink.site_end = {"wan0", "wan0"};
    uplink.host_address = ip("203.0.113.1");
    uplink.site_address = ip("203.0.113.2");
    uplink.prefix = 24;
    return uplink;
}

FirewallSite firewall_of(const Link& link, Egress egress) {
    return {link.host_end.name, link.site_address, link.host_address, egress};
}

FirewallTable table_with(const std::vector<Ipv4>& resolvers) {
    FirewallTable table;
    table.text = render::firewall_table_text(cidr("10.10.0.0/16"), resolvers);
    table.digest = sha256_hex(table.text);
    return table;
}

void in(const std::string& netns, const std::function<void()>& work) {
    if (netns.empty()) return work();
    run_in_namespace(open_namespace(netns).get(), work);
}

Socket socket_of(const std::string& netns) {
    if (netns.empty()) return Socket();
    return socket_inside(open_namespace(netns).get());
}

void write_sysctl(const std::string& netns, const std::string& path, const std::string& value) {
    in(netns, [&] {
        std::ofstream file("/proc/sys/" + path);
        file << value << std::flush;
        if (!file) throw std::runtime_error("cannot write sysctl " + path);
    });
}

std::string read_sysctl(const std::string& netns, const std::string& path) {
    std::string value;
    in(netns, [&] { std::ifstream("/proc/sys/" + path) >> value; });
    return value;
}

}  // namespace wpns::test
