#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "host/linux/flows_conntrack.hpp"
#include "host/linux/network_state.hpp"
#include "host/linux/nft_context.hpp"
#include "network/frames.hpp"
#include "network/traffic_world.hpp"
#include "render/firewall_text.hpp"

namespace wpns::test {
namespace {

const Cidr6 pool_of_all = *Cidr6::parse("fd00:10:10::/48");

Bridge bridge_with(const char* group, const char* address, const char* network6) {
    const Cidr6 network = *Cidr6::parse(network6);
    return {names::bridge(group), names::bridge_mac(), ip(address), 28, 64, network.at(1)};
}

const Bridge shop6 = bridge_with("shop", "10.10.0.1", "fd00:10:10::/64");
const Bridge blog6 = bridge_with("blog", "10.10.0.17", "fd00:10:10:4::/64");

Link mate6_of(const std::string& site, const Bridge& bridge, unsigned place) {
    Link link = link_of(site);
    link.bridge = bridge.name.name;
    link.host_address = bridge.address;
    link.site_address = Ipv4{bridge.address.value + place - 1};
    link.prefix = bridge.prefix;
    link.prefix6 = 128;
    link.host_address6 = bridge.address6;
    link.site_address6 = Cidr6::of(bridge.address6, 64).at(static_cast<std::uint16_t>(place));
    return link;
}

FirewallSite rules6_of(const Link& mate, Egress egress = Egress::open) {
    FirewallSite site{mate.site_address.str(), mate.site_address, mate.host_address, egress};
    site.port = {mate.bridge, mate.host_end.name, mate.site_mac};
    site.address6 = mate.site_address6;
    site.gateway6 = mate.host_address6;
    return site;
}

FirewallTable grouped_table6() {
    FirewallTable table;
    table.text = render::firewall_table_text(cidr("10.10.0.0/16"), {ip("9.9.9.9")}, pool_of_all,
                                             render::Groups::some);
    table.digest = sha256_hex(table.text);
    table.ipv6 = table.groups = true;
    return table;
}

struct Try {
    std::string from;
    std::string to;
    std::uint16_t port;
    Reach expected = Reach::refused;
};

/// What is open must come through, soon: right after addresses have changed the kernel may lose a
/// first packet. A wall stands from the first one on.
Reach reach_of(const Try& one) {
    constexpr int patience = 8;
    Reach reach = connect_tcp6(one.from, one.to, one.port);
    for (int attempt = 1; attempt < patience && one.expected == Reach::yes; ++attempt) {
        if (reach == Reach::yes) break;
        reach = connect_tcp6(one.from, one.to, one.port);
    }
    return reach;
}

void expect(const std::vector<Try>& tries) {
    for (const Try& one : tries)
        EXPECT_EQ(reach_of(one), one.expected) << one.from << " -> [" << one.to << "]:" << one.port;
}

/// Two mates and a site of another group with IPv6, and a world with a public and a private
/// address; with frames of bridges shown to table inet, or not.
class GroupSixTest : public World, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        write_sysctl("", "net/ipv6/conf/all/forwarding", "1");
        write_sysctl("", "net/ipv6/icmp/ratelimit", "0");
        write_sysctl("", "net/bridge/bridge-nf-call-ip6tables", GetParam());
        make_world();
        for (const Bridge& bridge : {shop6, blog6}) network->ensure_bridge(bridge);
        for (const Link& link : {a, b, c}) {
            network->create_namespace(link.netns);
            network->ensure_link(link);
        }
        for (const char* place : {"", "world", "mate-a", "mate-b", "mate-c"})
            for (const std::uint16_t port : ports) listeners_.push_back(listen_tcp6(place, port));
        load();
        for (const char* site : {"mate-a", "mate-b", "mate-c"})
            ASSERT_TRUE(comes_through(site)) << site;
    }
    void TearDown() override {
        World::TearDown();
        if (network) write_sysctl("", "net/ipv6/conf/all/forwarding", "0");
    }
    void load(Egress first = Egress::open, Egress second = Egress::open) {
        load(std::vector{rules6_of(a, first), rules6_of(b, second), rules6_of(c)});
    }
    void load(const std::vector<FirewallSite>& sites) {
        firewall->load(grouped_table6(), sites);
        EXPECT_EQ(firewall->table(grouped_table6())->digest, grouped_table6().digest);
        for (const FirewallSite& site : sites)
            EXPECT_EQ(firewall->sites().at(site.link), site) << site.link;
    }

    const Link a = mate6_of("mate-a", shop6, 2);
    const Link b = mate6_of("mate-b", shop6, 3);
    const Link c = mate6_of("mate-c", blog6, 2);

  private:
    static bool comes_through(const std::string& site) {
        for (int attempt = 0; attempt < 20; ++attempt) {
            if (connect_tcp6(site, "2001:db8:1::1", 443) == Reach::yes) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }
    void make_world() {
        Link uplink = uplink_to_world();
        uplink.prefix6 = 64;
        uplink.host_address6 = *Ipv6::parse("2001:db8:ffff::1");
        uplink.site_address6 = *Ipv6::parse("2001:db8:ffff::2");
        connect_world(uplink);
        Socket host;
        add_route6(host, "eth0", *Cidr6::parse("::/0"), uplink.site_address6);
        Socket inside = socket_of("world");
        for (const char* address : {"2001:db8:1::1", "fd00:99::1"})
            add_address6(inside, "wan0", address);
    }

    std::vector<UniqueFd> listeners_;
};

INSTANTIATE_TEST_SUITE_P(BridgeNetfilter, GroupSixTest, testing::Values("0", "1"));

const std::vector<Try> among_mates6 = {
    {"mate-a", "fd00:10:10::3", 80, Reach::yes},   {"mate-a", "fd00:10:10::3", 3306, Reach::yes},
    {"mate-b", "fd00:10:10::2", 8080, Reach::yes}, {"", "fd00:10:10::2", 3306, Reach::yes},
    {"", "fd00:10:10:4::2", 3306, Reach::yes},     {"mate-a", "fd00:10:10::1", 80, Reach::yes}};

const std::vector<Try> walls_of_a_mate6 = {
    {"mate-a", "fd00:10:10:4::2", 80},  {"mate-a", "fd00:10:10:4::1", 80},
    {"mate-c", "fd00:10:10::2", 3306},  {"mate-a", "fd00:10:10::1", 22},
    {"mate-a", "2001:db8:ffff::1", 80}, {"mate-a", "fd00:99::1", 443},
    {"mate-a", "2001:db8:1::1", 25}};

TEST_P(GroupSixTest, MatesReachEachOtherAndNobodyElse) {
    for (const Bridge& bridge : {shop6, blog6})
        EXPECT_EQ(network->find_bridges(std::vector{bridge}).at(bridge.name.name), bridge);
    for (const Link& link : {a, b, c})
        EXPECT_EQ(network->find_links(std::vector{link}).at(link.host_end.name), link);
    expect(among_mates6);
    expect(walls_of_a_mate6);
    expect({{"world", "fd00:10:10::2", 80, Reach::no_answer}});
}

TEST_P(GroupSixTest, PoliciesAreThoseOfASiteAlone) {
    load(Egress::web);
    expect(among_mates6);
    expect({{"mate-a", "2001:db8:1::1", 443, Reach::yes},
            {"mate-a", "2001:db8:1::1", 8080},
            {"mate-b", "2001:db8:1::1", 8080, Reach::yes}});
    for (const Egress egress : {Egress::allow, Egress::none}) {
        load(egress);
        expect(among_mates6);
        expect({{"mate-a", "2001:db8:1::1", 443}, {"mate-b", "2001:db8:1::1", 443, Reach::yes}});
    }
    expect(walls_of_a_mate6);
}

TEST_P(GroupSixTest, AQuarantinedMateIsAloneAndEveryAttemptIsCounted) {
    load(Egress::quarantine);
    expect({{"mate-a", "fd00:10:10::3", 80},
            {"mate-a", "2001:db8:1::1", 443},
            {"mate-a", "fd00:10:10::1", 80},
            {"mate-b", "fd00:10:10::2", 80},
            {"mate-b", "2001:db8:1::1", 443, Reach::yes},
            {"", "fd00:10:10::2", 3306, Reach::yes}});
    const auto refused = firewall->refusals(a.site_address.str());
    EXPECT_EQ(refused.total, 3U);
    EXPECT_EQ(refused.targets.size(), 3U);
    const auto other_way = firewall->refusals(b.site_address.str());
    ASSERT_EQ(other_way.targets.size(), 1U);
    EXPECT_EQ(other_way.targets[0].where(), "fd00:10:10::2");
    // Whoever comes after the site inherits none of it.
    firewall->change({}, std::vector{firewall->sites().at(a.site_address.str())});
    firewall->change(std::vector{rules6_of(a)}, {});
    EXPECT_EQ(firewall->refusals(a.site_address.str()).total, 0U);
    EXPECT_TRUE(firewall->refusals(a.site_address.str()).targets.empty());
    expect(among_mates6);
}

TEST_P(GroupSixTest, AllowedTargetsNamesAndLimitsAreASitesOwn) {
    FirewallSite first = rules6_of(a, Egress::allow);
    first.allowed = {{cidr("8.8.8.8/32"), protocol_tcp, 443},
                     {*Cidr6::parse("fd00:99::/64"), protocol_tcp, 443}};
    first.connections = 50;
    first.names = "0123456789abcdef";
    load(std::vector{first, rules6_of(b, Egress::allow), rules6_of(c)});
    const std::vector<ResolvedTarget> named = {
        {first.link, "a.example", {*Cidr6::parse("2001:db8:1::1/128"), protocol_tcp, 80}}};
    firewall->change_resolved(named, {});
    EXPECT_EQ(firewall->resolved(), named);
    const std::vector<Try> there = {{"mate-a", "fd00:99::1", 443, Reach::yes},
                                    {"mate-b", "fd00:99::1", 443},
                                    {"mate-a", "2001:db8:1::1", 80, Reach::yes},
                                    {"mate-a", "2001:db8:1::1", 443},
                                    {"mate-b", "2001:db8:1::1", 80}};
    expect(there);
    load(std::vector{first, rules6_of(b, Egress::allow), rules6_of(c)});
    EXPECT_EQ(firewall->resolved(), named);
    expect(there);
    firewall->change({}, std::vector{first});
    EXPECT_TRUE(firewall->resolved().empty());
    EXPECT_FALSE(firewall->sites().contains(first.link));
    EXPECT_EQ(firewall->sites().size(), 2U);
    expect({{"mate-a", "fd00:10:10::3", 80, Reach::no_answer},
            {"mate-a", "2001:db8:1::1", 443, Reach::no_answer}});
}

/// What comes through is followed, also where the answer goes to somebody else.
TEST_P(GroupSixTest, AMateSendsInItsOwnNameOnly) {
    const auto flows = host::linux_os::make_flows();
    const auto gets_out = [&](const Link& as) {
        const auto is_one = [&](const Flow6& flow) { return flow.source == as.site_address6; };
        (void)flows->cut6(is_one);
        (void)connect_tcp6("mate-a", "2001:db8:1::1", 443);
        return flows->cut6(is_one) > 0;
    };
    std::vector<Link> lies(3, a);
    lies[0].site_address6 = b.site_address6;
    lies[1].site_address6 = *Ipv6::parse("fd00:10:10::9");
    lies[2].site_mac = Mac::derive("x");
    const auto try_all = [&](const std::vector<bool>& expected) {
        std::vector<bool> out;
        for (const Link& lie : lies) {
            network->ensure_link(lie);
            out.push_back(gets_out(lie));
            for (const Link& link : {a, b}) network->ensure_link(link);
        }
        EXPECT_EQ(out, expected);
    };
    EXPECT_TRUE(gets_out(a));
    try_all({false, false, false});
    // The table of the bridges is what keeps them; table inet knows the addresses of all mates.
    host::linux_os::NftContext().run("delete table bridge wpns");
    try_all({true, false, true});
}

TEST_P(GroupSixTest, NobodyIsToldWhereANeighbourIs) {
    Socket inside = socket_of("mate-a");
    add_route6(inside, a.site_end.name, *Cidr6::parse("fd00:10:10::3/128"), {});
    firewall->remove_table();
    expect({{"mate-a", "fd00:10:10::3", 80, Reach::yes}});
    // With the link down it forgets what it was told, and would be told again by what the other one
    // still sends; the route goes too.
    set_down(inside, a.site_end.name);
    load();
    network->ensure_link(a);
    add_route6(inside, a.site_end.name, *Cidr6::parse("fd00:10:10::3/128"), {});
    EXPECT_NE(connect_tcp6("mate-a", "fd00:10:10::3", 80), Reach::yes);
}

TEST_P(GroupSixTest, NothingBetweenMatesIsFollowed) {
    const auto flows = host::linux_os::make_flows();
    (void)flows->cut6([](const Flow6&) { return true; });
    expect({{"mate-a", "fd00:10:10::3", 80, Reach::yes}});
    EXPECT_EQ(flows->cut6([&](const Flow6& flow) { return flow.target == b.site_address6; }), 0U);
}

TEST_P(GroupSixTest, ComesAndGoesInPlace) {
    Bridge plain = shop6;
    plain.prefix6 = 0;
    plain.address6 = {};
    Link without = a;
    without.prefix6 = 0;
    without.host_address6 = without.site_address6 = {};
    const auto found = [&](const Bridge& wanted) {
        return network->find_bridges(std::vector{wanted}).at(wanted.name.name);
    };
    EXPECT_NE(found(plain), plain);
    network->ensure_bridge(plain);
    EXPECT_EQ(found(plain), plain);
    EXPECT_NE(found(shop6), shop6);
    EXPECT_NE(network->find_links(std::vector{a}).at(a.host_end.name), a);
    network->ensure_link(without);
    EXPECT_EQ(network->find_links(std::vector{without}).at(a.host_end.name), without);
    for (int round = 0; round < 2; ++round) {
        network->ensure_bridge(shop6);
        for (const Link& link : {a, b}) network->ensure_link(link);
    }
    EXPECT_EQ(found(shop6), shop6);
    EXPECT_EQ(network->find_links(std::vector{a}).at(a.host_end.name), a);
    expect(among_mates6);
}

}  // namespace
}  // namespace wpns::test
