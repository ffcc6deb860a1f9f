#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "desired/flow_policy.hpp"
#include "host/linux/flows_conntrack.hpp"
#include "network/traffic_world.hpp"

namespace wpns::test {
namespace {

AllowBox box(const char* network, std::uint8_t protocol, std::uint16_t port) {
    return {cidr(network), protocol, port};
}

/// Site a under a policy of its own, site b open.
class EgressTest : public TrafficTest {
  protected:
    void SetUp() override {
        TrafficTest::SetUp();
        if (!HasFatalFailure()) forget_flows();
    }
    /// Addresses are the same in every test, and flows outlive what they ran through.
    static void forget_flows() {
        (void)host::linux_os::make_flows()->cut([](const Flow&) { return true; });
    }
    void load_policy(const FirewallSite& site) {
        firewall->load(table_with(resolvers), std::vector{site, firewall_of(b)});
    }
    FirewallSite policy(Egress egress, std::vector<AllowBox> allowed = {}) {
        FirewallSite site = firewall_of(a, egress);
        site.allowed = std::move(allowed);
        std::ranges::sort(site.allowed);
        return site;
    }
    static std::uint64_t count_of(const Refusals& refusals, const RefusedTarget& wanted) {
        for (const RefusedTarget& target : refusals.targets)
            if (target.address == wanted.address && target.protocol == wanted.protocol &&
                target.port == wanted.port)
                return target.count;
        return 0;
    }

    const std::vector<Ipv4> resolvers{ip("192.168.77.1"), ip("9.9.9.9"), ip("203.0.113.1")};
    const desired::Walls walls{cidr("10.10.0.0/16"), resolvers};
};

TEST_F(EgressTest, AllowIsTheListAndTheResolvers) {
    const auto site = policy(
        Egress::allow, {box("10.99.0.1/32", protocol_tcp, 443), box("8.8.8.0/24", protocol_tcp, 25),
                        box("169.254.169.254/32", protocol_tcp, 80)});
    load_policy(site);
    EXPECT_EQ(firewall->sites().at(site.link), site);
    EXPECT_EQ(exchange_udp("site-a", "world", ip("9.9.9.9"), 53), Reach::yes);
    expect_all({{"site-a", "10.99.0.1", 443, Reach::yes},
                {"site-a", "8.8.8.8", 25, Reach::yes},
                {"site-a", "169.254.169.254", 80, Reach::yes},
                {"site-a", "10.10.1.1", 80, Reach::yes},
                {"site-a", "10.99.0.1", 80},
                {"site-a", "169.254.169.254", 443},
                {"site-a", "8.8.8.8", 443},
                {"site-a", "8.8.8.8", 0},
                {"site-a", "9.9.9.9", 25}});
}

TEST_F(EgressTest, AnAllowListLiftsARefusalForItsTargetAndItsSiteOnly) {
    load_policy(policy(
        Egress::web, {box("10.99.0.1/32", protocol_tcp, 443), box("8.8.8.8/32", protocol_tcp, 0)}));
    expect_all({{"site-a", "10.99.0.1", 443, Reach::yes},
                {"site-a", "8.8.8.8", 25, Reach::yes},
                {"site-a", "8.8.8.8", 8080, Reach::yes},
                {"site-a", "9.9.9.9", 443, Reach::yes},
                {"site-a", "9.9.9.9", 8080},
                {"site-a", "10.99.0.1", 80},
                {"site-b", "10.99.0.1", 443},
                {"site-b", "8.8.8.8", 25}});
    EXPECT_EQ(exchange_udp("site-a", "world", ip("8.8.8.8"), 1234), Reach::refused);
}

/// Names of links are compared as a whole, also inside a set of intervals.
TEST_F(EgressTest, ASiteWhoseNameBeginsAnotherOnesShowsItNothing) {
    const Link shorter = link_of("site", 5);
    network->create_namespace("site");
    network->ensure_link(shorter);
    FirewallSite site = firewall_of(shorter, Egress::allow);
    site.allowed = {box("10.99.0.1/32", protocol_tcp, 443)};
    firewall->load(table_with(resolvers), std::vector{site, firewall_of(a), firewall_of(b)});
    expect_all({{"site", "10.99.0.1", 443, Reach::yes}, {"site-a", "10.99.0.1", 443}});
}

TEST_F(EgressTest, NoAllowListOpensOtherSitesTheirGatewaysOrTheHost) {
    load_policy(policy(Egress::open, {box("10.0.0.0/8", protocol_tcp, 0),
                                      box("203.0.113.0/24", protocol_tcp, 0)}));
    expect_all({{"site-a", "10.99.0.1", 443, Reach::yes},
                {"site-a", "203.0.113.2", 22, Reach::yes},
                {"site-a", "10.10.1.6", 3306},
                {"site-a", "10.10.1.5", 80},
                {"site-a", "10.10.77.1", 443},
                {"site-a", "10.10.1.1", 22},
                {"site-a", "203.0.113.1", 22}});
}

TEST_F(EgressTest, QuarantineIsNothingAtAll) {
    load_policy(policy(Egress::quarantine, {box("8.8.8.8/32", protocol_tcp, 0)}));
    EXPECT_EQ(exchange_udp("site-a", "world", ip("9.9.9.9"), 53), Reach::refused);
    expect_all({{"site-a", "8.8.8.8", 443},
                {"site-a", "203.0.113.1", 53},
                {"site-a", "10.10.1.1", 80},
                {"site-a", "10.10.1.1", 0},
                {"", "10.10.1.2", 3306, Reach::yes},
                {"site-b", "8.8.8.8", 443, Reach::yes}});
    firewall->change(std::vector{policy(Egress::open)}, {});
    expect_all({{"site-a", "8.8.8.8", 443, Reach::yes}, {"site-a", "10.10.1.1", 80, Reach::yes}});
}

/// What flows are measured by and the rules must say the same.
TEST_F(EgressTest, TheRulesAndTheFlowPolicyAgree) {
    const std::vector<AllowBox> allowed = {box("10.0.0.0/8", protocol_tcp, 443),
                                           box("8.8.8.8/32", protocol_tcp, 25)};
    for (const Egress egress :
         {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine}) {
        const auto site = policy(egress, allowed);
        load_policy(site);
        // An echo of the round before counts as established.
        forget_flows();
        for (const char* target : {"8.8.8.8", "9.9.9.9", "192.168.77.1", "10.99.0.1", "10.10.1.6",
                                   "10.10.1.1", "169.254.169.254"})
            for (const std::uint16_t port : {std::uint16_t{0}, std::uint16_t{25}, std::uint16_t{53},
                                             std::uint16_t{443}, std::uint16_t{8080}}) {
                const Flow flow{
                    a.site_address, ip(target), port == 0 ? protocol_icmp : protocol_tcp, port, {}};
                const bool through = desired::permits(site, {}, walls, flow);
                const Probe probe{"site-a", target, port, through ? Reach::yes : Reach::refused};
                EXPECT_EQ(try_out(probe), probe.expected) << to_string(egress) << " " << probe;
            }
    }
}

TEST_F(EgressTest, RefusedAttemptsAreCountedWithTheirTargets) {
    load();
    for (int i = 0; i < 3; ++i) (void)connect_tcp("site-a", ip("10.99.0.1"), 443);
    (void)connect_tcp("site-a", ip("8.8.8.8"), 25);
    (void)connect_tcp("site-a", ip("10.10.1.5"), 80);
    (void)exchange_udp("site-a", "world", ip("10.99.0.1"), 53);
    (void)ping("site-a", ip("10.99.0.1"));
    (void)connect_tcp("site-a", ip("8.8.8.8"), 443);
    const Refusals found = firewall->refusals(a.host_end.name);
    EXPECT_EQ(found.total, 7U);
    EXPECT_EQ(found.targets.size(), 5U);
    EXPECT_EQ(count_of(found, {ip("10.99.0.1"), protocol_tcp, 443}), 3U);
    EXPECT_EQ(count_of(found, {ip("8.8.8.8"), protocol_tcp, 25}), 1U);
    EXPECT_EQ(count_of(found, {ip("10.10.1.5"), protocol_tcp, 80}), 1U);
    EXPECT_EQ(count_of(found, {ip("10.99.0.1"), protocol_udp, 53}), 1U);
    EXPECT_EQ(count_of(found, {ip("10.99.0.1"), protocol_icmp, 0}), 1U);
    EXPECT_EQ(firewall->refusals(b.host_end.name).total, 0U);
    // Traffic is no drift.
    EXPECT_EQ(firewall->table(table_with(resolvers)), table_with(resolvers));
    EXPECT_EQ(firewall->sites().at(a.host_end.name), firewall_of(a));
}

TEST_F(EgressTest, AFloodTakesNoPlaceFromOthers) {
    load();
    constexpr unsigned flood = 1500;
    for (unsigned i = 0; i < flood; ++i)
        send_udp("site-a", ip("10.99.0.1"), static_cast<std::uint16_t>(20'000 + i));
    const Refusals noisy = firewall->refusals(a.host_end.name);
    EXPECT_EQ(noisy.total, flood);
    EXPECT_GE(noisy.targets.size(), 500U);
    EXPECT_LE(noisy.targets.size(), 510U);
    (void)connect_tcp("site-a", ip("10.99.0.1"), 443);
    EXPECT_EQ(firewall->refusals(a.host_end.name).total, flood + 1);
    (void)connect_tcp("site-b", ip("10.99.0.1"), 443);
    const Refusals quiet = firewall->refusals(b.host_end.name);
    EXPECT_EQ(count_of(quiet, {ip("10.99.0.1"), protocol_tcp, 443}), 1U);
}

TEST_F(EgressTest, ASiteThatIsMadeAgainStartsWithoutAPast) {
    load();
    (void)connect_tcp("site-a", ip("10.99.0.1"), 443);
    (void)ping("site-a", ip("10.99.0.1"));
    firewall->change_resolved(std::vector<ResolvedTarget>{{a.host_end.name, "api.example",
                                                           box("10.99.0.1/32", protocol_tcp, 80)}},
                              {});
    firewall->change({}, std::vector{firewall_of(a)});
    firewall->change(std::vector{firewall_of(a)}, {});
    EXPECT_EQ(firewall->refusals(a.host_end.name).total, 0U);
    EXPECT_TRUE(firewall->refusals(a.host_end.name).targets.empty());
    EXPECT_TRUE(firewall->resolved().empty());
}

TEST_F(EgressTest, AddressesOfNamesComeAndGo) {
    const auto site = policy(Egress::allow);
    load_policy(site);
    const std::vector<ResolvedTarget> first = {
        {site.link, "api.example", box("8.8.8.8/32", protocol_tcp, 443)},
        {site.link, "any.example", box("9.9.9.9/32", protocol_tcp, 0)}};
    const std::vector<Probe> there = {{"site-a", "8.8.8.8", 443, Reach::yes},
                                      {"site-a", "9.9.9.9", 8080, Reach::yes},
                                      {"site-a", "8.8.8.8", 80}};
    firewall->change_resolved(first, {});
    expect_all(there);
    auto listed = firewall->resolved();
    std::ranges::sort(listed);
    auto sorted = first;
    std::ranges::sort(sorted);
    EXPECT_EQ(listed, sorted);
    // A refresh, a load of the whole table, and neither is drift.
    firewall->change_resolved(first, first);
    expect_all(there);
    load_policy(site);
    expect_all(there);
    EXPECT_EQ(firewall->table(table_with(resolvers)), table_with(resolvers));
    EXPECT_EQ(firewall->sites().at(site.link), site);
    firewall->change_resolved({}, first);
    expect_all({{"site-a", "8.8.8.8", 443}, {"site-a", "9.9.9.9", 8080}});
}

TEST_F(EgressTest, APolicyThatTightensCutsWhatItForbidsAndNothingElse) {
    load();
    const UniqueFd other = listen_tcp("world", 4444);
    const UniqueFd web = listen_tcp("world", 4443);
    const UniqueFd database = listen_tcp("site-a", 4306);
    const auto site = policy(Egress::allow, {box("8.8.8.8/32", protocol_tcp, 4443)});
    const auto forbidden = Connection::open_tcp("site-a", other, ip("8.8.8.8"), 4444);
    const auto datagrams = Connection::open_udp("site-a", "world", ip("8.8.8.8"), 4445);
    const auto allowed = Connection::open_tcp("site-a", web, ip("8.8.8.8"), 4443);
    const auto inward = Connection::open_tcp("", database, a.site_address, 4306);
    const auto neighbour = Connection::open_tcp("site-b", other, ip("8.8.8.8"), 4444);
    firewall->change(std::vector{site}, {});
    EXPECT_TRUE(forbidden.carries()) << "what is open goes on until it is cut";
    EXPECT_TRUE(datagrams.carries());
    const auto flows = host::linux_os::make_flows();
    EXPECT_EQ(flows->cut([&](const Flow& flow) {
        return flow.source == a.site_address && !desired::permits(site, {}, walls, flow);
    }),
              2U);
    EXPECT_FALSE(forbidden.carries());
    EXPECT_FALSE(datagrams.carries());
    EXPECT_TRUE(allowed.carries());
    EXPECT_TRUE(inward.carries());
    EXPECT_TRUE(neighbour.carries());
}

TEST_F(EgressTest, FlowsOfASiteThatLeavesAreCutInBothDirections) {
    load();
    const UniqueFd other = listen_tcp("world", 4444);
    const UniqueFd database = listen_tcp("site-a", 4306);
    const auto outward = Connection::open_tcp("site-a", other, ip("8.8.8.8"), 4444);
    const auto inward = Connection::open_tcp("", database, a.site_address, 4306);
    firewall->change({}, std::vector{firewall_of(a)});
    const auto flows = host::linux_os::make_flows();
    EXPECT_EQ(flows->cut([&](const Flow& flow) {
        return flow.source == a.site_address || flow.target == a.site_address ||
               flow.answers_to == a.site_address;
    }),
              2U);
    EXPECT_FALSE(outward.carries());
    EXPECT_EQ(flows->cut([&](const Flow& flow) { return flow.source == a.site_address; }), 0U);
}

TEST_F(EgressTest, ASiteLeavesByItsSourceAddress) {
    FirewallSite site = policy(Egress::open);
    site.source_address = ip("198.51.100.7");
    load_policy(site);
    EXPECT_EQ(firewall->sites().at(site.link), site);
    const UniqueFd tcp = listen_tcp("world", 4444);
    const UniqueFd udp = listen_udp("world", 4444);
    ASSERT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), ip("198.51.100.7"));
    send_udp("site-a", ip("8.8.8.8"), 4444);
    EXPECT_EQ(received_from(udp), ip("198.51.100.7"));
    ASSERT_EQ(connect_tcp("site-b", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), ip("203.0.113.1"));
    firewall->change(std::vector{policy(Egress::open)}, {});
    ASSERT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), ip("203.0.113.1"));
}

TEST_F(EgressTest, ConnectionsOverTheLimitAreRefusedUntilOthersEnd) {
    FirewallSite site = policy(Egress::open);
    site.connections = 50;
    load_policy(site);
    EXPECT_EQ(firewall->sites().at(site.link), site);
    const UniqueFd listener = listen_tcp("world", 4444);
    std::vector<Connection> open;
    for (int i = 0; i < 50; ++i)
        open.push_back(Connection::open_tcp("site-a", listener, ip("8.8.8.8"), 4444));
    EXPECT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::refused);
    EXPECT_EQ(count_of(firewall->refusals(site.link), {ip("8.8.8.8"), protocol_tcp, 4444}), 1U);
    EXPECT_EQ(connect_tcp("site-b", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(connect_tcp("", a.site_address, 3306), Reach::yes);
    EXPECT_EQ(firewall->sites().at(site.link), site);
    for (const Connection& connection : open) EXPECT_TRUE(connection.carries());
    open.clear();
    EXPECT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::yes);
}

/// The kernel collects counters that count nothing; the limit must not go with them.
TEST_F(EgressTest, ALimitThatNobodyUsesIsNoDrift) {
    FirewallSite site = policy(Egress::open);
    site.connections = 50;
    load_policy(site);
    EXPECT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 8080), Reach::yes);
    forget_flows();
    std::this_thread::sleep_for(std::chrono::seconds(3));
    EXPECT_EQ(firewall->sites().at(site.link), site);
    EXPECT_EQ(firewall->table(table_with(resolvers)), table_with(resolvers));
}

}  // namespace
}  // namespace wpns::test
