#include <gtest/gtest.h>

#include <algorithm>

#include "network/world.hpp"

namespace wpns::test {
namespace {

class GatherTest : public World {
  protected:
    [[nodiscard]] HostFacts gather() const {
        HostFacts facts;
        network->gather(facts);
        return facts;
    }
};

bool uses(const HostFacts& facts, const std::string& range, const std::string& by) {
    return std::ranges::find(facts.used, UsedRange{cidr(range), by}) != facts.used.end();
}

TEST_F(GatherTest, BareHostHasNoUplinkAndUsesNothing) {
    const HostFacts facts = gather();
    EXPECT_EQ(facts.uplink, "");
    EXPECT_EQ(facts.uplink_mtu, 1500U);
    EXPECT_TRUE(facts.used.empty());
}

TEST_F(GatherTest, UplinkIsTheDefaultRouteWithTheLowestMetric) {
    Socket host;
    for (const char* name : {"lan0", "wan0"}) add_bridge(host, name);
    add_address(host, "lan0", ip("192.168.7.2"), 24);
    add_address(host, "wan0", ip("203.0.113.5"), 28);
    set_mtu(host, "wan0", 1420);
    add_route(host, "lan0", cidr("0.0.0.0/0"), ip("192.168.7.1"), 200);
    add_route(host, "wan0", cidr("0.0.0.0/0"), ip("203.0.113.1"), 100);
    const HostFacts facts = gather();
    EXPECT_EQ(facts.uplink, "wan0");
    EXPECT_EQ(facts.uplink_mtu, 1420U);
}

TEST_F(GatherTest, AddressesAndRoutesCountDefaultRoutesAndOursDoNot) {
    Socket host;
    add_bridge(host, "lan0");
    add_address(host, "lan0", ip("192.168.7.2"), 24);
    add_address(host, "lo", ip("10.10.5.1"), 32);
    add_route(host, "lan0", cidr("0.0.0.0/0"), ip("192.168.7.1"));
    add_route(host, "lan0", cidr("10.20.0.0/16"), ip("192.168.7.9"));
    add_blackhole(host, cidr("10.30.0.0/16"));
    network->create_namespace("site-a");
    network->ensure_link(link_of("site-a"));
    const HostFacts facts = gather();
    EXPECT_TRUE(uses(facts, "192.168.7.0/24", "address 192.168.7.2/24 of lan0"));
    EXPECT_TRUE(uses(facts, "192.168.7.0/24", "route via lan0"));
    EXPECT_TRUE(uses(facts, "10.20.0.0/16", "route via lan0"));
    EXPECT_TRUE(uses(facts, "10.30.0.0/16", "route without a device"));
    EXPECT_TRUE(uses(facts, "10.10.5.1/32", "address 10.10.5.1/32 of lo"));
    EXPECT_EQ(facts.used.size(), 5U);
    delete_address(host, "lo", ip("10.10.5.1"), 32);
    delete_route(host, "", cidr("10.30.0.0/16"));
}

}  // namespace
}  // namespace wpns::test
