#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "desired/flow_policy.hpp"
#include "host/linux/flows_conntrack.hpp"
#include "host/linux/network_six.hpp"
#include "host/linux/network_state.hpp"
#include "network/traffic_world.hpp"
#include "render/firewall_text.hpp"

namespace wpns::test {
namespace {

Ipv6 six(const std::string& text) {
    return Ipv6::parse(text).value();
}

/// Tries until it gets through: the kernel puts a new IPv6 address into effect by a task of its own
/// a moment after it has taken it, and loses what comes before that.
bool comes_through(const std::string& from, const std::string& to, std::uint16_t port) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        if (connect_tcp6(from, to, port) == Reach::yes) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

/// The same link with the n-th /64 of fd00:10:10::/48.
Link with_ipv6(Link plain, std::uint32_t n, const char* within = "fd00:10:10::/48") {
    const Cidr6 subnet = Cidr6::parse(within)->part(n, 64);
    plain.prefix6 = subnet.prefix();
    plain.host_address6 = subnet.at(1);
    plain.site_address6 = subnet.at(2);
    return plain;
}

class SixLinkTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (network) network->create_namespace("site-a");
    }
    [[nodiscard]] Link found(const Link& wanted) const {
        return network->find_links(std::vector{wanted}).at(wanted.host_end.name);
    }
    /// Addresses of IPv6 in a place, but those of lo.
    static std::vector<std::string> addresses(const std::string& netns, const std::string& name) {
        Socket socket = socket_of(netns);
        const int index = host::linux_os::read_link(socket, name)->index;
        std::vector<std::string> texts;
        const auto links = host::linux_os::read_six(socket);
        const auto found = links.find(index);
        if (found == links.end()) return texts;
        for (const auto& address : found->second.addresses)
            texts.push_back(address.address.str() + "/" + std::to_string(address.prefix));
        return texts;
    }

    const Link plain = link_of("site-a");
    const Link link = with_ipv6(plain, 64);
};

TEST_F(SixLinkTest, HasOneAddressAnEndAndNoneOfItsOwn) {
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_EQ(addresses("", link.host_end.name), std::vector<std::string>{"fd00:10:10:40::1/64"});
    EXPECT_EQ(addresses("site-a", link.site_end.name),
              std::vector<std::string>{"fd00:10:10:40::2/64"});
    const UniqueFd inside = listen_tcp6("site-a", 8080);
    const UniqueFd outside = listen_tcp6("", 8080);
    EXPECT_EQ(connect_tcp6("", "fd00:10:10:40::2", 8080), Reach::yes);
    EXPECT_EQ(connect_tcp6("site-a", "fd00:10:10:40::1", 8080), Reach::yes);
    EXPECT_EQ(connect_tcp6("site-a", "fd00:10:10:40::2", 8080), Reach::yes);
}

TEST_F(SixLinkTest, ComesAndGoesInPlace) {
    network->ensure_link(plain);
    Socket host;
    const int index = host::linux_os::read_link(host, plain.host_end.name)->index;
    EXPECT_NE(found(link), link);
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_NE(found(plain), plain);
    network->ensure_link(plain);
    EXPECT_EQ(found(plain), plain);
    EXPECT_EQ(addresses("site-a", link.site_end.name), std::vector<std::string>{});
    EXPECT_EQ(addresses("", link.host_end.name), std::vector<std::string>{});
    EXPECT_EQ(host::linux_os::read_link(host, plain.host_end.name)->index, index);
}

TEST_F(SixLinkTest, WhatIsWrongShowsAndIsPutRight) {
    network->ensure_link(link);
    Socket inside = socket_of("site-a");
    Socket host;
    const std::string site_end = link.site_end.name;
    const std::vector<std::function<void()>> harms = {
        [&] { add_address6(inside, site_end, "fd00:10:10:41::2"); },
        [&] { add_address6(host, link.host_end.name, "fd00:10:10:41::1"); },
        [&] { write_sysctl("site-a", "net/ipv6/conf/" + site_end + "/disable_ipv6", "1"); },
        [&] { write_sysctl("", "net/ipv6/conf/" + link.host_end.name + "/disable_ipv6", "1"); },
        [&] { set_mac(inside, site_end, Mac::derive("x")); },
        [&] { set_mac(host, link.host_end.name, Mac::derive("x")); },
        [&] { set_down(inside, site_end); },
        [&] { set_down(host, link.host_end.name); },
    };
    for (std::size_t i = 0; i < harms.size(); ++i) {
        harms[i]();
        EXPECT_NE(found(link), link) << i;
        network->ensure_link(link);
        EXPECT_EQ(found(link), link) << i;
    }
    const UniqueFd listener = listen_tcp6("", 8080);
    EXPECT_TRUE(comes_through("site-a", "fd00:10:10:40::1", 8080));
}

TEST_F(SixLinkTest, ANewMacIsKnownToBothEnds) {
    Link other = link;
    network->ensure_link(link);
    other.site_mac = *Mac::parse("02:00:5e:10:00:01");
    network->ensure_link(other);
    EXPECT_EQ(found(other), other);
}

AllowBox box6(const char* network, std::uint16_t port) {
    return {Cidr6::parse(network).value(), protocol_tcp, port};
}

struct Probe6 {
    std::string from;
    std::string to;
    std::uint16_t port;
    Reach expected = Reach::refused;
};

std::ostream& operator<<(std::ostream& out, const Probe6& probe) {
    return out << (probe.from.empty() ? "host" : probe.from) << " -> [" << probe.to
               << "]:" << probe.port;
}

/// The world of TrafficTest with IPv6: another network to the world, which has a public, a
/// metadata, a private and a NAT64 address.
class SixTrafficTest : public TrafficTest {
  protected:
    void SetUp() override {
        TrafficTest::SetUp();
        if (HasFatalFailure()) return;
        write_sysctl("", "net/ipv6/conf/all/forwarding", "1");
        write_sysctl("", "net/ipv6/icmp/ratelimit", "0");
        Link uplink = with_ipv6(link_of("world", 0), 0, "2001:db8:ffff::/48");
        uplink.host_end = {"eth1", "eth1"};
        uplink.site_end = {"wan1", "wan1"};
        uplink.host_address = ip("203.0.114.1");
        uplink.site_address = ip("203.0.114.2");
        connect_world(uplink);
        Socket host;
        add_route6(host, "eth1", *Cidr6::parse("::/0"), uplink.site_address6);
        Socket inside = socket_of("world");
        for (const char* address :
             {"2001:db8:1::1", "fd00:ec2::254", "fd00:99::1", "64:ff9b::a63:1", "2002:a63:1::1"})
            add_address6(inside, "wan1", address);
        for (const Link& site : {six_a, six_b}) network->ensure_link(site);
        for (const char* place : {"", "world", "site-a", "site-b"})
            for (const std::uint16_t port : ports) listeners6_.push_back(listen_tcp6(place, port));
        for (const char* site : {"site-a", "site-b"})
            ASSERT_TRUE(comes_through(site, "2001:db8:1::1", 443)) << site;
    }
    void TearDown() override {
        TrafficTest::TearDown();
        if (network) write_sysctl("", "net/ipv6/conf/all/forwarding", "0");
    }
    [[nodiscard]] static FirewallSite site_of(const Link& of, Egress egress = Egress::open) {
        FirewallSite site = firewall_of(of, egress);
        site.address6 = of.site_address6;
        site.gateway6 = of.host_address6;
        return site;
    }
    static FirewallTable table6() {
        FirewallTable table;
        table.text = render::firewall_table_text(cidr("10.10.0.0/16"), {},
                                                 Cidr6::parse("fd00:10:10::/48").value());
        table.digest = sha256_hex(table.text);
        return table;
    }
    void load6(const FirewallSite& site) {
        firewall->load(table6(), std::vector{site, site_of(six_b)});
        EXPECT_EQ(firewall->table(table6())->digest, table6().digest);
        EXPECT_EQ(firewall->sites().at(site.link), site);
    }
    void load6(Egress egress = Egress::open) { load6(site_of(six_a, egress)); }
    [[nodiscard]] FirewallSite policy(Egress egress, std::vector<AllowBox> allowed) const {
        FirewallSite site = site_of(six_a, egress);
        site.allowed = std::move(allowed);
        std::ranges::sort(site.allowed);
        return site;
    }
    static void expect(const std::vector<Probe6>& probes) {
        for (const Probe6& probe : probes)
            EXPECT_EQ(connect_tcp6(probe.from, probe.to, probe.port), probe.expected) << probe;
    }

    const Link six_a = with_ipv6(a, 64);
    const Link six_b = with_ipv6(b, 65);

  private:
    std::vector<UniqueFd> listeners6_;
};

const std::vector<Probe6> walls6 = {
    {"site-a", "fd00:10:10:41::2", 8080},                                      // the neighbour
    {"site-a", "fd00:10:10:41::2", 80},   {"site-a", "fd00:10:10:41::1", 80},  // its gateway
    {"site-a", "fd00:10:10:40::1", 22},  // services of the host
    {"site-a", "2001:db8:ffff::1", 22},   {"site-a", "2001:db8:ffff::1", 80},
    {"site-a", "fd00:ec2::254", 80},                                        // metadata
    {"site-a", "fd00:99::1", 443},                                          // private
    {"site-a", "64:ff9b::a63:1", 443},                                      // IPv4 in other clothes
    {"site-a", "2002:a63:1::1", 443},     {"site-a", "2001:db8:1::1", 25},  // mail
};

TEST_F(SixTrafficTest, WithoutRulesAllOfItIsReachable) {
    for (Probe6 probe : walls6) {
        probe.expected = Reach::yes;
        expect({probe});
    }
}

TEST_F(SixTrafficTest, OpenReachesTheWorldAndNothingElse) {
    load6();
    expect({{"site-a", "2001:db8:1::1", 443, Reach::yes},
            {"site-a", "2001:db8:1::1", 8080, Reach::yes},
            {"site-a", "fd00:10:10:40::1", 80, Reach::yes},
            {"site-b", "2001:db8:1::1", 443, Reach::yes},
            {"", "fd00:10:10:40::2", 8080, Reach::yes}});
    expect(walls6);
    // From outside there is no way in; the packets are dropped.
    expect({{"world", "fd00:10:10:40::2", 8080, Reach::no_answer}});
}

TEST_F(SixTrafficTest, PoliciesAreThoseOfIpv4) {
    load6(Egress::web);
    expect({{"site-a", "2001:db8:1::1", 443, Reach::yes}, {"site-a", "2001:db8:1::1", 8080}});
    expect(walls6);
    for (const Egress egress : {Egress::allow, Egress::none, Egress::quarantine}) {
        load6(egress);
        expect({{"site-a", "2001:db8:1::1", 443}, {"site-b", "2001:db8:1::1", 443, Reach::yes}});
        expect(walls6);
    }
    expect({{"site-a", "fd00:10:10:40::1", 80}});  // quarantine: not even its own address
}

TEST_F(SixTrafficTest, AllowIsTheListOfBothFamilies) {
    load6(policy(Egress::allow, {box6("2001:db8:1::/48", 443),
                                 box6("fd00:99::1/128", 443),
                                 box6("fd00:ec2::/32", 0),
                                 {cidr("10.99.0.0/16"), protocol_tcp, 443}}));
    expect({{"site-a", "2001:db8:1::1", 443, Reach::yes},
            {"site-a", "fd00:99::1", 443, Reach::yes},
            {"site-a", "fd00:ec2::254", 80, Reach::yes},
            {"site-a", "fd00:ec2::254", 8080, Reach::yes},
            {"site-a", "fd00:10:10:40::1", 80, Reach::yes},
            {"site-a", "2001:db8:1::1", 8080},
            {"site-a", "2001:db8:1::1", 25},
            {"site-a", "fd00:99::1", 80},
            {"site-a", "64:ff9b::a63:1", 443},
            {"site-b", "fd00:99::1", 443},
            {"site-b", "fd00:ec2::254", 80}});
    expect_all({{"site-a", "10.99.0.1", 443, Reach::yes}, {"site-a", "10.99.0.1", 80}});
}

TEST_F(SixTrafficTest, AnAllowListLiftsARefusalForItsTargetOnly) {
    load6(policy(Egress::web, {box6("2001:db8:1::1/128", 25), box6("fd00:99::/64", 443),
                               box6("64:ff9b::/96", 443), box6("2001:db8:1::/64", 8080)}));
    expect({{"site-a", "2001:db8:1::1", 25, Reach::yes},
            {"site-a", "2001:db8:1::1", 443, Reach::yes},
            {"site-a", "2001:db8:1::1", 8080, Reach::yes},
            {"site-a", "fd00:99::1", 443, Reach::yes},
            {"site-a", "64:ff9b::a63:1", 443, Reach::yes},
            {"site-a", "2001:db8:1::1", 22},
            {"site-a", "fd00:99::1", 80},
            {"site-a", "fd00:ec2::254", 80},
            {"site-b", "2001:db8:1::1", 25}});
}

TEST_F(SixTrafficTest, NoAllowListOpensOtherSitesTheirGatewaysOrTheHost) {
    for (const Egress egress : {Egress::open, Egress::allow}) {
        load6(policy(egress, {box6("fd00::/8", 0), box6("2001:db8:ffff::/48", 0)}));
        expect({{"site-a", "fd00:99::1", 443, Reach::yes},
                {"site-a", "fd00:10:10:41::2", 8080},
                {"site-a", "fd00:10:10:41::1", 80},
                {"site-a", "fd00:10:10:40::1", 22},
                {"site-a", "2001:db8:ffff::1", 22}});
    }
    for (const Egress egress : {Egress::none, Egress::quarantine}) {
        load6(policy(egress, {box6("2001:db8:1::/48", 0)}));
        expect({{"site-a", "2001:db8:1::1", 443}});
    }
}

TEST_F(SixTrafficTest, AddressesOfNamesComeAndGo) {
    const FirewallSite site = policy(Egress::allow, {box6("fd00:99::1/128", 443)});
    load6(site);
    std::vector<ResolvedTarget> named = {
        {site.link, "api.example", {cidr("8.8.8.8/32"), protocol_tcp, 443}},
        {site.link, "api.example", box6("2001:db8:1::1/128", 443)},
        {site.link, "any.example", box6("64:ff9b::a63:1/128", 0)}};
    const std::vector<Probe6> there = {{"site-a", "2001:db8:1::1", 443, Reach::yes},
                                       {"site-a", "64:ff9b::a63:1", 8080, Reach::yes},
                                       {"site-a", "2001:db8:1::1", 80},
                                       {"site-b", "64:ff9b::a63:1", 443}};
    firewall->change_resolved(named, {});
    expect(there);
    expect_all({{"site-a", "8.8.8.8", 443, Reach::yes}});
    auto listed = firewall->resolved();
    std::ranges::sort(listed);
    std::ranges::sort(named);
    EXPECT_EQ(listed, named);
    // A refresh and a load of the whole table, and neither is drift.
    firewall->change_resolved(named, named);
    load6(site);
    expect(there);
    firewall->change_resolved({}, named);
    expect({{"site-a", "2001:db8:1::1", 443}, {"site-a", "64:ff9b::a63:1", 8080}});
    // Without IPv6 there is no place for those of IPv6.
    firewall->change_resolved(named, {});
    load();
    EXPECT_EQ(firewall->resolved().size(), 1U);
    EXPECT_EQ(firewall->sites().at(site.link), firewall_of(a));
    firewall->change_resolved(named, firewall->resolved());
    EXPECT_EQ(firewall->resolved().size(), 1U);
    // Whoever comes after a site inherits nothing.
    load6(site);
    firewall->change_resolved(named, {});
    firewall->change({}, std::vector{site});
    EXPECT_TRUE(firewall->resolved().empty());
    firewall->change(std::vector{site_of(six_a, Egress::allow)}, {});
    expect({{"site-a", "2001:db8:1::1", 443}, {"site-a", "fd00:99::1", 443}});
}

TEST_F(SixTrafficTest, APolicyThatTightensCutsWhatItForbidsAndNothingElse) {
    load6();
    const desired::Walls known{cidr("10.10.0.0/16"), {}, Cidr6::parse("fd00:10:10::/48").value()};
    const UniqueFd other = listen_tcp6("world", 4444);
    const UniqueFd web = listen_tcp6("world", 4443);
    const UniqueFd named = listen_tcp6("world", 4445);
    const UniqueFd database = listen_tcp6("site-a", 4306);
    const FirewallSite site = policy(Egress::allow, {box6("2001:db8:1::/64", 4443)});
    const std::vector<ResolvedTarget> names = {
        {site.link, "api.example", box6("2001:db8:1::1/128", 4445)}};
    const auto forbidden = Connection::open_tcp6("site-a", other, "2001:db8:1::1", 4444);
    const auto allowed = Connection::open_tcp6("site-a", web, "2001:db8:1::1", 4443);
    const auto by_name = Connection::open_tcp6("site-a", named, "2001:db8:1::1", 4445);
    const auto inward = Connection::open_tcp6("", database, "fd00:10:10:40::2", 4306);
    const auto neighbour = Connection::open_tcp6("site-b", other, "2001:db8:1::1", 4444);
    firewall->change(std::vector{site}, {});
    firewall->change_resolved(names, {});
    EXPECT_TRUE(forbidden.carries()) << "what is open goes on until it is cut";
    const auto cut = [&] {
        return host::linux_os::make_flows()->cut6([&](const Flow6& flow) {
            return flow.source == six_a.site_address6 && flow.port > 4000 &&
                   !desired::permits(site, firewall->resolved(), known, flow);
        });
    };
    EXPECT_EQ(cut(), 1U);
    EXPECT_FALSE(forbidden.carries());
    for (const Connection* open : {&allowed, &by_name, &inward, &neighbour})
        EXPECT_TRUE(open->carries());
    firewall->change_resolved({}, names);
    EXPECT_EQ(cut(), 1U);
    EXPECT_FALSE(by_name.carries());
    EXPECT_TRUE(allowed.carries());
}

TEST_F(SixTrafficTest, RefusalsAreCountedWithTheirTargets) {
    load6(Egress::web);
    for (int i = 0; i < 3; ++i) expect({{"site-a", "2001:db8:1::1", 8080}});
    const auto refused = firewall->refusals(six_a.host_end.name);
    EXPECT_EQ(refused.total, 3U);
    ASSERT_EQ(refused.targets.size(), 1U);
    EXPECT_EQ(refused.targets[0].where(), "2001:db8:1::1");
    EXPECT_EQ(refused.targets[0].port, 8080U);
    EXPECT_EQ(refused.targets[0].count, 3U);
    const auto site = firewall->sites().at(six_a.host_end.name);
    EXPECT_EQ(site, site_of(six_a, Egress::web));
    // Whoever comes after the site inherits none of it.
    firewall->change({}, std::vector{site});
    EXPECT_TRUE(firewall->refusals(six_a.host_end.name).targets.empty());
    expect({{"site-a", "2001:db8:1::1", 443, Reach::no_answer}});
}

TEST_F(SixTrafficTest, AnotherSourceDoesNotLeaveTheLink) {
    load6();
    Link other = six_a;
    other.site_address6 = six("fd00:10:10:40::3");
    network->ensure_link(other);
    expect({{"site-a", "2001:db8:1::1", 443, Reach::no_answer},
            {"site-a", "fd00:10:10:40::1", 80, Reach::no_answer}});
    network->ensure_link(six_a);
    EXPECT_TRUE(comes_through("site-a", "2001:db8:1::1", 443));
}

TEST_F(SixTrafficTest, ATableWithoutAPoolLetsNoneOfItPass) {
    load();
    expect({{"site-a", "2001:db8:1::1", 443, Reach::no_answer},
            {"site-a", "fd00:10:10:40::1", 80, Reach::no_answer},
            {"site-a", "fd00:10:10:41::2", 8080, Reach::no_answer}});
}

TEST_F(SixTrafficTest, OpenFlowsAreMeasuredByTheSameRules) {
    const desired::Walls known{cidr("10.10.0.0/16"), {}, Cidr6::parse("fd00:10:10::/48").value()};
    std::vector<Probe6> probes = walls6;
    for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{8080}})
        probes.push_back({"site-a", "2001:db8:1::1", port});
    probes.push_back({"site-a", "fd00:10:10:40::1", 80});
    for (const Egress egress :
         {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine}) {
        const FirewallSite site =
            policy(egress, {box6("fd00::/8", 443), box6("2001:db8:1::1/128", 25)});
        load6(site);
        for (const Probe6& probe : probes) {
            // There is never a flow to another address of the host.
            if (probe.to == "2001:db8:ffff::1") continue;
            const Flow6 flow{six_a.site_address6, six(probe.to), protocol_tcp, probe.port, {}};
            const bool passes = connect_tcp6(probe.from, probe.to, probe.port) == Reach::yes;
            EXPECT_EQ(desired::permits(site, {}, known, flow), passes) << probe;
        }
    }
    load6(Egress::open);
    const auto flows = host::linux_os::make_flows();
    (void)flows->cut6([](const Flow6&) { return true; });
    expect({{"site-a", "2001:db8:1::1", 443, Reach::yes},
            {"site-b", "2001:db8:1::1", 443, Reach::yes}});
    const auto of_a = [&](const Flow6& flow) {
        return flow.source == six_a.site_address6 &&
               !desired::permits(site_of(six_a, Egress::none), {}, known, flow);
    };
    EXPECT_EQ(flows->cut6(of_a), 1U);
    EXPECT_EQ(flows->cut6(of_a), 0U);
    EXPECT_EQ(flows->cut6([](const Flow6&) { return true; }), 1U);
}

}  // namespace
}  // namespace wpns::test
