#include <gtest/gtest.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <functional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "desired/flow_policy.hpp"
#include "host/linux/flows_conntrack.hpp"
#include "host/linux/network_state.hpp"
#include "model/allocate.hpp"
#include "network/frames.hpp"
#include "network/traffic_world.hpp"
#include "render/firewall_text.hpp"

namespace wpns::test {
namespace {

using namespace host::linux_os;

const Bridge shop{names::bridge("shop"), names::bridge_mac(), ip("10.10.0.1"), 28};
const Bridge other_bridge{names::bridge("a-group-of-a-long-name"), names::bridge_mac(),
                          ip("10.10.0.17"), 28};

Link mate_of(const std::string& site, const Bridge& bridge, const std::string& address) {
    Link link = link_of(site);
    link.bridge = bridge.name.name;
    link.host_address = bridge.address;
    link.site_address = ip(address);
    link.prefix = bridge.prefix;
    return link;
}

FirewallSite rules_of(const Link& mate, Egress egress = Egress::open) {
    FirewallSite site{mate.site_address.str(), mate.site_address, mate.host_address, egress};
    site.port = {mate.bridge, mate.host_end.name, mate.site_mac};
    return site;
}

FirewallTable grouped_table() {
    FirewallTable table;
    table.text = render::firewall_table_text(cidr("10.10.0.0/16"),
                                             {ip("192.168.77.1"), ip("9.9.9.9"), ip("203.0.113.1")},
                                             {}, render::Groups::some);
    table.digest = sha256_hex(table.text);
    table.groups = true;
    return table;
}

Bridge found(const host::Network& network, const Bridge& wanted) {
    return network.find_bridges(std::vector{wanted}).at(wanted.name.name);
}

Link found(const host::Network& network, const Link& wanted) {
    return network.find_links(std::vector{wanted}).at(wanted.host_end.name);
}

/// Sets something of a link as an administrator would.
void set_link(const std::string& link, const std::function<void(nl::Message&)>& what) {
    Socket host;
    ifinfomsg header{};
    header.ifi_index = read_link(host, link)->index;
    nl::Message message(RTM_NEWLINK, 0);
    message.header(header);
    what(message);
    host.request(message, "set " + link);
}

void set_isolated(const std::string& port, std::uint8_t on) {
    set_link(port, [&](nl::Message& message) {
        message.nest(IFLA_LINKINFO, [&](nl::Message& info) {
            info.text(IFLA_INFO_SLAVE_KIND, "bridge")
                .nest(IFLA_INFO_SLAVE_DATA,
                      [&](nl::Message& data) { data.fixed(IFLA_BRPORT_ISOLATED, on); });
        });
    });
}

class BridgeTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        for (const char* site : {"site-a", "site-b"}) network->create_namespace(site);
    }
    const Link a = mate_of("site-a", shop, "10.10.0.2");
    const Link b = mate_of("site-b", shop, "10.10.0.3");
};

TEST_F(BridgeTest, IsAsWantedAndKeepsItsMacWhateverPortsItHas) {
    for (const Bridge& bridge : {shop, other_bridge}) {
        network->ensure_bridge(bridge);
        network->ensure_bridge(bridge);
        EXPECT_EQ(found(*network, bridge), bridge);
    }
    network->ensure_link(a);
    EXPECT_EQ(found(*network, a), a);
    network->ensure_link(b);
    EXPECT_EQ(found(*network, shop), shop);
    EXPECT_TRUE(network->remove_links(std::vector{a.host_end.name}).empty());
    EXPECT_EQ(found(*network, shop), shop);
    EXPECT_EQ(found(*network, b), b);
    for (const Bridge& bridge : {shop, other_bridge}) network->remove_bridge(bridge.name.name);
    network->remove_bridge(shop.name.name);
    EXPECT_TRUE(network->find_bridges(std::vector{shop, other_bridge}).empty());
}

TEST_F(BridgeTest, WhatIsWrongShowsAndIsPutRight) {
    network->ensure_bridge(shop);
    for (const Link& link : {a, b}) network->ensure_link(link);
    Socket host;
    Socket inside = socket_of("site-a");
    const std::string bridge = shop.name.name;
    const std::string port = a.host_end.name;
    const std::vector<std::function<void()>> harms = {
        [&] { add_address(host, bridge, ip("10.10.0.4"), 28); },
        [&] { delete_address(host, bridge, shop.address, 28); },
        [&] { set_mac(host, bridge, Mac::derive("x")); },
        [&] { set_group(host, bridge, 0); },
        [&] { set_down(host, bridge); },
        [&] { write_sysctl("", "net/ipv6/conf/" + bridge + "/disable_ipv6", "0"); },
        [&] {
            set_link(bridge, [](nl::Message& message) {
                message.nest(IFLA_LINKINFO, [](nl::Message& info) {
                    info.text(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](nl::Message& data) {
                        data.fixed(IFLA_BR_MULTI_BOOLOPT, br_boolopt_multi{0, 1});
                    });
                });
            });
        },
        [&] { set_isolated(port, 1); },
        [&] { set_link(port, [](nl::Message& message) { message.u32(IFLA_MASTER, 0); }); },
        [&] { add_address(host, port, ip("10.10.1.1"), 30); },
        [&] { delete_neighbour(host, bridge, a.site_address); },
        [&] { delete_neighbour(inside, a.site_end.name, shop.address); },
        [&] { set_group(host, port, 0); },
        [&] { set_down(inside, a.site_end.name); },
    };
    for (std::size_t i = 0; i < harms.size(); ++i) {
        harms[i]();
        EXPECT_FALSE(found(*network, shop) == shop && found(*network, a) == a) << i;
        network->ensure_bridge(shop);
        network->ensure_link(a);
        EXPECT_EQ(found(*network, shop), shop) << i;
        EXPECT_EQ(found(*network, a), a) << i;
        // A bridge that was down or had another MAC has forgotten all of its neighbours.
        network->ensure_link(b);
        EXPECT_EQ(found(*network, b), b) << i;
    }
    const UniqueFd listener = listen_tcp("site-b", 80);
    EXPECT_EQ(connect_tcp("site-a", b.site_address, 80), Reach::yes);
}

TEST_F(BridgeTest, ALinkJoinsAndLeavesInPlace) {
    Link alone = link_of("site-a");
    network->ensure_link(alone);
    Socket host;
    const int index = read_link(host, alone.host_end.name)->index;
    network->ensure_bridge(shop);
    EXPECT_NE(found(*network, a), a);
    network->ensure_link(a);
    EXPECT_EQ(found(*network, a), a);
    EXPECT_NE(found(*network, alone), alone);
    network->ensure_bridge(other_bridge);
    const Link moved = mate_of("site-a", other_bridge, "10.10.0.18");
    network->ensure_link(moved);
    EXPECT_EQ(found(*network, moved), moved);
    network->ensure_link(alone);
    EXPECT_EQ(found(*network, alone), alone);
    EXPECT_EQ(read_link(host, alone.host_end.name)->index, index);
    // Whoever gets the address next is not taken for the one who had it.
    EXPECT_EQ(neighbour_of("", shop.name.name, a.site_address), a.site_mac);
    network->forget_mate(rules_of(a));
    network->forget_mate(rules_of(a));
    EXPECT_EQ(neighbour_of("", shop.name.name, a.site_address), Mac{});
}

TEST_F(BridgeTest, WhatIsNoneOfOursStaysAndIsNamed) {
    Socket host;
    add_bridge(host, shop.name.name);
    EXPECT_EQ(found(*network, shop), (Bridge{{shop.name.name, ""}, {}, {}, 0}));
    for (const auto& step : std::vector<std::function<void()>>{
             [&] { network->ensure_bridge(shop); }, [&] { network->remove_bridge(shop.name.name); },
             [&] { network->ensure_link(a); }})
        try {
            step();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::conflict);
            EXPECT_NE(error.message().find("bridge wpbr-shop exists and is not ours"),
                      std::string::npos)
                << error.message();
        }
}

TEST_F(BridgeTest, ItsPortsAreCountedInTheError) {
    network->ensure_bridge(shop);
    network->ensure_link(a);
    Socket host;
    const auto master = static_cast<std::uint32_t>(read_link(host, shop.name.name)->index);
    const auto add_port = [&](std::size_t number) {
        nl::Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
        message.header(ifinfomsg{}).text(IFLA_IFNAME, "p" + std::to_string(number));
        message.u32(IFLA_MASTER, master).u32(IFLA_GROUP, 0x5050);
        message.nest(IFLA_LINKINFO, [](nl::Message& info) { info.text(IFLA_INFO_KIND, "veth"); });
        host.request(message, "add a port");
    };
    for (std::size_t number = 1; number < bridge_ports; ++number) add_port(number);
    try {
        network->ensure_link(b);
        ADD_FAILURE() << "one more port than there are";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("has 1023 ports already"), std::string::npos)
            << error.message();
    }
    nl::Message message(RTM_DELLINK, 0);
    host.request(message.header(ifinfomsg{}).u32(IFLA_GROUP, 0x5050), "remove the ports");
    network->ensure_link(b);
    EXPECT_EQ(found(*network, b), b);
}

/// Two mates and a site of another group beside the sites, the host and the world of TrafficTest;
/// with frames of bridges shown to table inet, or not.
class GroupTest : public TrafficTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        TrafficTest::SetUp();
        if (HasFatalFailure()) return;
        write_sysctl("", "net/bridge/bridge-nf-call-iptables", GetParam());
        for (const Bridge& bridge : {shop, other_bridge}) network->ensure_bridge(bridge);
        for (const Link& link : {m1, m2, n1}) {
            network->create_namespace(link.netns);
            network->ensure_link(link);
            for (const std::uint16_t port : ports)
                listeners_.push_back(listen_tcp(link.netns, port));
        }
    }
    void load_groups(Egress first = Egress::open, Egress second = Egress::open) {
        const FirewallTable table = grouped_table();
        firewall->load(table, std::vector{firewall_of(a), firewall_of(b), rules_of(m1, first),
                                          rules_of(m2, second), rules_of(n1)});
        EXPECT_EQ(firewall->table(table)->digest, table.digest);
    }
    /// True when a datagram of one frame arrives at a mate.
    bool arrives(const Sender& sender) {
        const UniqueFd ear = listen_udp("mate-b", 5000);
        send_frame("mate-a", m1.site_end.name, sender, m2.site_mac, m2.site_address, 5000);
        return received_from(ear) == sender.address;
    }

    const Link m1 = mate_of("mate-a", shop, "10.10.0.2");
    const Link m2 = mate_of("mate-b", shop, "10.10.0.3");
    const Link n1 = mate_of("mate-c", other_bridge, "10.10.0.18");
    const Sender own{m1.site_mac, m1.site_address};

  private:
    std::vector<UniqueFd> listeners_;
};

INSTANTIATE_TEST_SUITE_P(BridgeNetfilter, GroupTest, testing::Values("0", "1"));

const std::vector<Probe> walls_of_a_mate = {
    {"mate-a", "10.10.0.18", 80},                                     // a site of another group
    {"mate-a", "10.10.0.18", 3306},    {"mate-a", "10.10.0.17", 80},  // its gateway
    {"mate-a", "10.10.1.2", 80},       {"mate-a", "10.10.1.1", 80},   // a site alone
    {"site-a", "10.10.0.2", 80},       {"site-a", "10.10.0.1", 80},
    {"mate-a", "10.10.0.1", 22},       {"mate-a", "10.10.0.1", 3306},  // services of the host
    {"mate-a", "203.0.113.1", 80},     {"mate-a", "198.51.100.7", 22},
    {"mate-a", "169.254.169.254", 80}, {"mate-a", "10.99.0.1", 443},  // metadata, private
    {"mate-a", "192.168.77.1", 80},    {"mate-a", "8.8.8.8", 25},     // mail
};

const std::vector<Probe> among_mates = {
    {"mate-a", "10.10.0.3", 80, Reach::yes},   {"mate-a", "10.10.0.3", 3306, Reach::yes},
    {"mate-b", "10.10.0.2", 8080, Reach::yes}, {"mate-b", "10.10.0.2", 0, Reach::yes},
    {"", "10.10.0.2", 3306, Reach::yes},       {"", "10.10.0.3", 3306, Reach::yes},
    {"", "10.10.0.18", 3306, Reach::yes},      {"mate-a", "10.10.0.1", 80, Reach::yes},
    {"mate-a", "10.10.0.1", 443, Reach::yes},  {"mate-a", "10.10.0.1", 0, Reach::yes},
};

TEST_P(GroupTest, MatesReachEachOtherAndNobodyElse) {
    for (Probe probe : walls_of_a_mate) expect_open({probe});
    load_groups();
    expect_all(among_mates);
    expect_all(walls_of_a_mate);
    expect_all({{"mate-a", "8.8.8.8", 443, Reach::yes},
                {"mate-c", "8.8.8.8", 443, Reach::yes},
                {"site-a", "8.8.8.8", 443, Reach::yes},
                {"mate-a", "192.168.77.1", 53, Reach::yes}});
    EXPECT_EQ(try_out({"world", "10.10.0.2", 80}), Reach::no_answer);
}

TEST_P(GroupTest, NothingBetweenMatesIsFollowed) {
    load_groups();
    const auto flows = make_flows();
    const auto cut = [&](const char* target) {
        return flows->cut([&](const Flow& flow) {
            return flow.source == m1.site_address && flow.target == ip(target);
        });
    };
    (void)cut("8.8.8.8");
    expect_all({{"mate-a", "10.10.0.3", 80, Reach::yes}, {"mate-a", "8.8.8.8", 443, Reach::yes}});
    EXPECT_EQ(cut("10.10.0.3"), 0U);
    EXPECT_EQ(cut("8.8.8.8"), 1U);
}

TEST_P(GroupTest, WhatIsRoutedBackToTheBridgeReachesMatesToo) {
    load_groups();
    Socket one = socket_of("mate-a");
    Socket two = socket_of("mate-b");
    add_route(one, m1.site_end.name, cidr("10.10.0.3/32"), shop.address);
    expect_all({{"mate-a", "10.10.0.3", 80, Reach::yes}});
    add_route(two, m2.site_end.name, cidr("10.10.0.2/32"), shop.address);
    expect_all({{"mate-a", "10.10.0.3", 80, Reach::yes}});
}

TEST_P(GroupTest, PoliciesAreThoseOfASiteAlone) {
    load_groups(Egress::web);
    expect_all(among_mates);
    expect_all(walls_of_a_mate);
    expect_all({{"mate-a", "8.8.8.8", 443, Reach::yes},
                {"mate-a", "8.8.8.8", 8080, Reach::refused},
                {"mate-b", "8.8.8.8", 8080, Reach::yes}});
    for (const Egress egress : {Egress::allow, Egress::none}) {
        load_groups(egress);
        expect_all(among_mates);
        expect_all(walls_of_a_mate);
        expect_all(
            {{"mate-a", "8.8.8.8", 443, Reach::refused}, {"mate-b", "8.8.8.8", 443, Reach::yes}});
    }
}

TEST_P(GroupTest, AQuarantinedMateIsAloneAndEveryAttemptIsCounted) {
    load_groups(Egress::quarantine);
    expect_all({{"mate-a", "10.10.0.3", 80},
                {"mate-a", "8.8.8.8", 443},
                {"mate-a", "10.10.0.1", 80},
                {"mate-b", "10.10.0.2", 80},
                {"mate-b", "8.8.8.8", 443, Reach::yes},
                {"", "10.10.0.2", 3306, Reach::yes}});
    const auto refused = firewall->refusals(m1.site_address.str());
    EXPECT_EQ(refused.total, 3U);
    ASSERT_EQ(refused.targets.size(), 3U);
    const auto other_way = firewall->refusals(m2.site_address.str());
    ASSERT_EQ(other_way.targets.size(), 1U);
    EXPECT_EQ(other_way.targets[0].address, m1.site_address);
    EXPECT_EQ(other_way.targets[0].port, 80);
}

TEST_P(GroupTest, AMateSendsInItsOwnNameOnly) {
    const Sender theirs{m2.site_mac, m2.site_address};
    const std::vector<Sender> others = {{own.mac, ip("10.10.0.4")},
                                        {own.mac, shop.address},
                                        {Mac::derive("x"), own.address},
                                        {shop.mac, own.address},
                                        {Mac::derive("x"), ip("10.10.0.9")}};
    for (const Sender& sender : others) EXPECT_TRUE(arrives(sender)) << sender.address.str();
    load_groups();
    EXPECT_TRUE(arrives(own));
    const auto send_all = [&](const std::vector<Sender>& senders, const Mac& to_mac, Ipv4 to) {
        for (const Sender& sender : senders)
            send_frame("mate-a", m1.site_end.name, sender, to_mac, to, 5000);
    };
    UniqueFd ear = listen_udp("mate-b", 5000);
    send_all(others, m2.site_mac, m2.site_address);
    EXPECT_FALSE(received_from(ear));
    // Nor to the host, in the name of a mate.
    ear = listen_udp("world", 5000);
    send_all({own}, shop.mac, ip("8.8.8.8"));
    EXPECT_TRUE(received_from(ear));
    send_all({theirs, {own.mac, theirs.address}, others[2]}, shop.mac, ip("8.8.8.8"));
    EXPECT_FALSE(received_from(ear));
    EXPECT_EQ(port_of(shop.name.name, m2.site_mac), 0) << "has not said anything yet";
}

TEST_P(GroupTest, NobodyTakesTheAddressOfAnotherByArp) {
    const Sender gateway{own.mac, shop.address};
    const Sender third{own.mac, ip("10.10.0.4")};
    const Sender wrong_frame{Mac::derive("x"), own.address};
    expect_all({{"mate-b", "10.10.0.2", 80, Reach::yes}});
    const auto ask = [&](const Mac& frame, const Sender& sender) {
        return arp_answered("mate-a", m1.site_end.name, frame, sender, shop.address);
    };
    EXPECT_TRUE(ask(own.mac, third));
    load_groups();
    EXPECT_TRUE(ask(own.mac, own));
    EXPECT_FALSE(ask(own.mac, third));
    EXPECT_FALSE(ask(own.mac, gateway));
    EXPECT_FALSE(ask(wrong_frame.mac, own));
    EXPECT_FALSE(ask(own.mac, wrong_frame));
    // What mate-b knows of the third address and of mate-a stays.
    const Link third_link = mate_of("mate-d", shop, "10.10.0.4");
    network->create_namespace("mate-d");
    network->ensure_link(third_link);
    firewall->change(std::vector{rules_of(third_link)}, {});
    EXPECT_EQ(ping("mate-b", third_link.site_address), Reach::yes);
    EXPECT_EQ(neighbour_of("mate-b", m2.site_end.name, third.address), third_link.site_mac);
    send_arp_claim("mate-a", m1.site_end.name, own.mac, third);
    EXPECT_EQ(ping("mate-b", third_link.site_address), Reach::yes);
    EXPECT_EQ(neighbour_of("mate-b", m2.site_end.name, third.address), third_link.site_mac);
}

TEST_P(GroupTest, TheBridgeLearnsNothingFalse) {
    load_groups();
    expect_all({{"mate-b", "10.10.0.2", 80, Reach::yes}});
    const int port = port_of(shop.name.name, m2.site_mac);
    Socket host;
    EXPECT_EQ(port, read_link(host, m2.host_end.name)->index);
    const Sender theirs{m2.site_mac, m2.site_address};
    send_frame("mate-a", m1.site_end.name, theirs, shop.mac, shop.address, 5000);
    send_control_frame("mate-a", m1.site_end.name, m2.site_mac);
    send_arp_claim("mate-a", m1.site_end.name, m2.site_mac, theirs);
    EXPECT_EQ(port_of(shop.name.name, m2.site_mac), port);
    send_control_frame("mate-a", m1.site_end.name, Mac::derive("x"));
    EXPECT_EQ(port_of(shop.name.name, Mac::derive("x")), 0);
}

TEST_P(GroupTest, NeitherTagsNorCallsToAllNorIpv6PassTheBridge) {
    const UniqueFd ear = listen_udp("mate-b", 5000);
    const auto all = *Mac::parse("ff:ff:ff:ff:ff:ff");
    const auto call = [&] {
        send_frame("mate-a", m1.site_end.name, own, all, ip("10.10.0.15"), 5000);
        return received_from(ear).has_value();
    };
    EXPECT_TRUE(call());
    load_groups();
    EXPECT_FALSE(call());
    send_tagged_frame("mate-a", m1.site_end.name, own, m2.site_mac, m2.site_address, 5000);
    EXPECT_FALSE(received_from(ear));
}

TEST_P(GroupTest, AllowedTargetsNamesLimitsAndSourceAreASitesOwn) {
    FirewallSite first = rules_of(m1, Egress::allow);
    first.allowed = {{cidr("8.8.8.8/32"), protocol_tcp, 443}};
    first.source_address = ip("198.51.100.7");
    first.connections = 50;
    first.names = "0123456789abcdef";
    const FirewallTable table = grouped_table();
    firewall->load(table, std::vector{first, rules_of(m2, Egress::allow)});
    EXPECT_EQ(firewall->sites().at(first.link), first);
    EXPECT_EQ(firewall->sites().at("10.10.0.3"), rules_of(m2, Egress::allow));
    firewall->change_resolved(std::vector{ResolvedTarget{
                                  first.link, "a.example", {cidr("9.9.9.9/32"), protocol_tcp, 80}}},
                              {});
    const UniqueFd world = listen_tcp("world", 443 + 8000);
    expect_all({{"mate-a", "8.8.8.8", 443, Reach::yes},
                {"mate-b", "8.8.8.8", 443},
                {"mate-a", "9.9.9.9", 80, Reach::yes},
                {"mate-b", "9.9.9.9", 80}});
    EXPECT_EQ(firewall->resolved().size(), 1U);
    first.allowed.push_back({cidr("8.8.8.8/32"), protocol_tcp, 8443});
    firewall->change(std::vector{first}, {});
    EXPECT_EQ(firewall->sites().at(first.link), first);
    EXPECT_EQ(connect_tcp("mate-a", ip("8.8.8.8"), 8443), Reach::yes);
    EXPECT_EQ(accepted_from(world), ip("198.51.100.7"));
    // Whoever comes after the site inherits none of it.
    firewall->change({}, std::vector{first});
    EXPECT_TRUE(firewall->resolved().empty());
    EXPECT_FALSE(firewall->sites().contains(first.link));
    EXPECT_EQ(try_out({"mate-a", "10.10.0.3", 80}), Reach::no_answer);
    EXPECT_TRUE(firewall->refusals(first.link).targets.empty());
}

TEST_P(GroupTest, ConnectionsAreCountedForEachMateAlone) {
    FirewallSite first = rules_of(m1);
    first.connections = 50;
    firewall->load(grouped_table(), std::vector{first, rules_of(m2)});
    const UniqueFd listener = listen_tcp("world", 9000);
    std::vector<Connection> open;
    for (int i = 0; i < 50; ++i)
        open.push_back(Connection::open_tcp("mate-a", listener, ip("8.8.8.8"), 9000));
    EXPECT_EQ(connect_tcp("mate-a", ip("8.8.8.8"), 9000), Reach::refused);
    EXPECT_EQ(connect_tcp("mate-b", ip("8.8.8.8"), 9000), Reach::yes);
    EXPECT_EQ(connect_tcp("mate-a", m2.site_address, 80), Reach::yes);
}

TEST_P(GroupTest, TheTableOfBridgesComesAndGoesWithTheGroups) {
    load_groups();
    const FirewallTable plain = table_with({});
    firewall->load(plain, std::vector{firewall_of(a)});
    EXPECT_EQ(firewall->table(plain)->digest, plain.digest);
    EXPECT_EQ(try_out({"mate-a", "8.8.8.8", 443}), Reach::no_answer);
    expect_all({{"site-a", "8.8.8.8", 443, Reach::yes}});
    load_groups();
    expect_all(among_mates);
    firewall->remove_table();
    EXPECT_FALSE(firewall->table(plain));
}

}  // namespace
}  // namespace wpns::test
