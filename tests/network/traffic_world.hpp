#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

#include "network/traffic.hpp"
#include "network/world.hpp"

namespace wpns::test {

/// What a test may send to. `port` 0 is a ping.
struct Probe {
    std::string from;
    std::string to;
    std::uint16_t port = 0;
    Reach expected = Reach::refused;
};

inline constexpr std::uint16_t ports[] = {22, 25, 53, 80, 443, 3306, 8080};

inline std::ostream& operator<<(std::ostream& out, const Probe& probe) {
    return out << (probe.from.empty() ? "host" : probe.from) << " -> " << probe.to << ":"
               << probe.port;
}

/// Two sites, the host, and a namespace that plays the world: it holds a public, a private, a
/// metadata and a resolver's address, and has a route back to the sites, so that only the rules
/// decide. Everybody listens on all ports that are tried.
class TrafficTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        // Else the kernel gives one sender a few refusals and then one a second.
        write_sysctl("", "net/ipv4/icmp_ratelimit", "0");
        make_world();
        for (const Link& site : {a, b}) {
            network->create_namespace(site.netns);
            network->ensure_link(site);
        }
        for (const char* place : {"", "world", "site-a", "site-b"})
            for (const std::uint16_t port : ports) listeners_.push_back(listen_tcp(place, port));
    }
    void load(Egress egress = Egress::open) {
        firewall->load(table_with({ip("192.168.77.1"), ip("9.9.9.9"), ip("203.0.113.1")}),
                       std::vector{firewall_of(a, egress), firewall_of(b)});
    }
    static Reach try_out(const Probe& probe) {
        if (probe.port == 0) return ping(probe.from, ip(probe.to));
        return connect_tcp(probe.from, ip(probe.to), probe.port);
    }
    static void expect_all(const std::vector<Probe>& probes) {
        for (const Probe& probe : probes) EXPECT_EQ(try_out(probe), probe.expected) << probe;
    }
    /// Shows that a refusal seen later is the rules' doing.
    static void expect_open(const std::vector<Probe>& probes) {
        for (const Probe& probe : probes) EXPECT_EQ(try_out(probe), Reach::yes) << probe;
    }

    const Link a = link_of("site-a", 0);
    const Link b = link_of("site-b", 1);

  private:
    void make_world() {
        const Link uplink = uplink_to_world();
        connect_world(uplink);
        Socket host;
        Socket inside = socket_of("world");
        for (const char* address : {"8.8.8.8", "9.9.9.9", "169.254.169.254", "168.63.129.16",
                                    "100.100.100.200", "192.168.77.1", "10.99.0.1", "10.10.77.1"})
            add_address(inside, "wan0", ip(address), 32);
        add_route(host, "eth0", cidr("0.0.0.0/0"), uplink.site_address);
        add_address(host, "eth0", ip("198.51.100.7"), 32);
    }

    std::vector<UniqueFd> listeners_;
};

}  // namespace wpns::test
