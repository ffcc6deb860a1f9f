#include "model/allocate.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

SiteName site_named(std::string_view name) {
    return *SiteName::parse(name);
}
Cidr cidr(std::string_view text) {
    return *Cidr::parse(text);
}

/// A host with as many sites, ids and routes as a test puts in.
struct Host {
    HostConfig config;
    Registry registry;
    HostFacts facts;

    Host& with_site(std::string_view name, std::string_view subnet, std::uint32_t uid = 1,
                    std::uint32_t db_uid = 2) {
        registry.sites[site_named(name)].allocation = {cidr(subnet), uid, db_uid, ""};
        return *this;
    }
    Host& with_used(std::string_view range, std::string by) {
        facts.used.push_back({cidr(range), std::move(by)});
        return *this;
    }
    std::string subnet(std::string_view name, std::optional<Cidr> pinned = {}) const {
        const auto result = allocate_subnet(config, registry, facts, site_named(name), pinned);
        return result ? result->str() : result.error();
    }
    std::string subnet6(std::string_view name, std::string_view block) const {
        const auto result = allocate_subnet6(config, registry, site_named(name), cidr(block));
        if (!result) return result.error();
        return *result ? (*result)->str() : "none";
    }
    std::string ids(const std::vector<std::uint32_t>& taken = {}) const {
        const auto result = allocate_ids(config, registry, taken);
        if (!result) return result.error();
        return std::to_string(result->first) + " " + std::to_string(result->second);
    }
};

TEST(AllocateSubnet, FirstSiteGetsTheFirstBlockBehindTheReservedRange) {
    EXPECT_EQ(Host().subnet("a"), "10.10.1.0/30");
}

TEST(AllocateSubnet, FillsTheLowestGap) {
    Host host;
    host.with_site("a", "10.10.1.0/30").with_site("b", "10.10.1.8/30");
    EXPECT_EQ(host.subnet("c"), "10.10.1.4/30");
    host.with_site("c", "10.10.1.4/30");
    EXPECT_EQ(host.subnet("d"), "10.10.1.12/30");
}

TEST(AllocateSubnet, OrderOfNamesDoesNotMatter) {
    Host host;
    host.with_site("a", "10.10.1.8/30").with_site("b", "10.10.1.0/30");
    EXPECT_EQ(host.subnet("c"), "10.10.1.4/30");
}

TEST(AllocateSubnet, AnExistingAllocationNeverMoves) {
    Host host;
    host.with_site("a", "10.10.7.4/30").with_used("10.10.7.0/24", "route via eth1");
    EXPECT_EQ(host.subnet("a"), "10.10.7.4/30");
    EXPECT_EQ(host.subnet("a", cidr("10.10.7.4/30")), "10.10.7.4/30");
}

TEST(AllocateSubnet, APinMovesASiteToAFreeBlock) {
    Host host;
    host.with_site("a", "10.10.7.4/30");
    EXPECT_EQ(host.subnet("a", cidr("10.10.9.0/30")), "10.10.9.0/30");
    EXPECT_EQ(host.subnet("a", cidr("192.168.5.0/30")), "192.168.5.0/30");
}

TEST(AllocateSubnet, AvoidsHostRangesLargerAndSmallerThanABlock) {
    Host host;
    host.with_used("10.10.1.0/27", "route via eth1").with_used("10.10.1.33/32", "address of lo");
    EXPECT_EQ(host.subnet("a"), "10.10.1.36/30");
}

TEST(AllocateSubnet, ADefaultRouteClaimsNothing) {
    Host host;
    host.with_used("0.0.0.0/0", "default route");
    EXPECT_EQ(host.subnet("a"), "10.10.1.0/30");
    EXPECT_EQ(host.subnet("a", cidr("10.10.2.0/30")), "10.10.2.0/30");
}

struct PinCase {
    std::string_view pin;
    std::string_view reason;
};

class RefusedPin : public testing::TestWithParam<PinCase> {};

TEST_P(RefusedPin, NamesBothSides) {
    Host host;
    host.with_site("other", "10.10.1.0/30").with_used("10.10.16.0/20", "route via eth1");
    host.with_used("10.10.8.1/32", "address of dummy0");
    EXPECT_EQ(host.subnet("a", cidr(GetParam().pin)), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedPin,
    testing::Values(
        PinCase{"10.10.1.0/30", "10.10.1.0/30 overlaps 10.10.1.0/30, site other"},
        PinCase{"10.10.17.0/30", "10.10.17.0/30 overlaps 10.10.16.0/20, route via eth1"},
        PinCase{"10.10.8.0/30", "10.10.8.0/30 overlaps 10.10.8.1/32, address of dummy0"},
        PinCase{"10.10.0.4/30", "10.10.0.4/30 overlaps 10.10.0.0/24, reserved for bridges"},
        PinCase{"10.10.8.0/29", "10.10.8.0/29 is not a /30"}));

TEST(AllocateSubnet, SaysHowFullAnExhaustedPoolIs) {
    Host host;
    host.config.pool = cidr("10.10.0.0/23");
    host.config.reserved = cidr("10.10.0.0/24");
    for (unsigned i = 0; i < 64; ++i) {
        const auto name = "site-" + std::to_string(i);
        const auto block = host.subnet(name);
        EXPECT_EQ(block, "10.10.1." + std::to_string(4 * i) + "/30");
        host.with_site(name, block);
    }
    EXPECT_EQ(host.subnet("late"), "the pool 10.10.0.0/23 is exhausted: 64 of 64 in use");
}

TEST(AllocateSubnet, SaysWhatElseIsInAnExhaustedPool) {
    Host host;
    host.with_used("10.0.0.0/8", "route via tun0");
    EXPECT_EQ(host.subnet("a"),
              "the pool 10.10.0.0/16 is exhausted: 16320 of 16320 in use, some by 10.0.0.0/8, "
              "route via tun0");
}

TEST(AllocateSubnet, WorksAtTheEndOfTheAddressSpace) {
    Host host;
    host.config.pool = cidr("255.255.255.248/29");
    EXPECT_EQ(host.subnet("a"), "255.255.255.248/30");
    host.with_site("a", "255.255.255.248/30");
    EXPECT_EQ(host.subnet("b"), "255.255.255.252/30");
    host.with_site("b", "255.255.255.252/30");
    EXPECT_EQ(host.subnet("c"), "the pool 255.255.255.248/29 is exhausted: 2 of 2 in use");
}

TEST(AllocateIds, GivesTheLowestTwo) {
    EXPECT_EQ(Host().ids(), "400 401");
}

TEST(AllocateIds, SkipsSitesTombstonesAndTheHost) {
    Host host;
    host.with_site("a", "10.10.1.0/30", 400, 402);
    host.registry.tombstones.push_back({"old", 401, 404, "/archive/old"});
    EXPECT_EQ(host.ids({403, 406}), "405 407");
}

TEST(AllocateIds, GoesOnInTheNextRange) {
    Host host;
    host.config.id_ranges = {{400, 402}, {600000, 600001}};
    host.with_site("a", "10.10.1.0/30", 400, 401);
    EXPECT_EQ(host.ids(), "402 600000");
    EXPECT_EQ(host.ids({402}), "600000 600001");
    EXPECT_EQ(host.ids({402, 600001}), "no two account numbers are free in 400-402, 600000-600001");
}

TEST(AllocateIds, NeverGivesOneNumberTwiceFromOverlappingRanges) {
    Host host;
    host.config.id_ranges = {{400, 400}, {400, 401}};
    EXPECT_EQ(host.ids(), "400 401");
    EXPECT_EQ(host.ids({401}), "no two account numbers are free in 400-400, 400-401");
}

TEST(AllocateIds, NeverGivesRootNobodyOrTheNumbersThatMeanNoChange) {
    Host host;
    host.config.id_ranges = {{0, 1}, {65533, 65536}, {4294967294, 4294967295}};
    EXPECT_EQ(host.ids(), "1 65533");
    EXPECT_EQ(host.ids({1, 65533}), "65536 4294967294");
    EXPECT_EQ(host.ids({1, 65533, 65536}).substr(0, 6), "no two");
}

TEST(Allocate6, ThePlaceIsThatOfTheSubnet) {
    Host host;
    EXPECT_EQ(host.subnet6("site-a", "10.10.1.0/30"), "none");
    host.config.pool6 = Cidr6::parse("fd00:10:10::/48").value();
    EXPECT_EQ(host.subnet6("site-a", "10.10.1.0/30"), "fd00:10:10:40::/64");
    EXPECT_EQ(host.subnet6("site-b", "10.10.1.4/30"), "fd00:10:10:41::/64");
    EXPECT_EQ(host.subnet6("site-z", "10.10.255.252/30"), "fd00:10:10:3fff::/64");
    host.config.pool6 = Cidr6::parse("2001:db8::/64").value();
    EXPECT_EQ(host.subnet6("site-b", "10.10.1.4/30"), "2001:db8::41:0/112");
    host.config.pool6 = Cidr6::parse("2001:db8::/100").value();
    EXPECT_EQ(subnet6_prefix(host.config), 0U);
}

TEST(Allocate6, WhatASiteHasStaysItsOwn) {
    Host host;
    host.with_site("site-a", "10.10.1.0/30").with_site("site-b", "10.10.1.4/30", 3, 4);
    host.config.pool6 = Cidr6::parse("fd00:10:10::/48").value();
    auto& held = host.registry.sites.at(site_named("site-a")).allocation.subnet6;
    held = Cidr6::parse("fd00:10:10:7::/64").value();
    EXPECT_EQ(host.subnet6("site-a", "10.10.1.0/30"), "fd00:10:10:7::/64");
    // Of two that would have the same, the second one gets the next.
    held = Cidr6::parse("fd00:10:10:41::/64").value();
    EXPECT_EQ(host.subnet6("site-b", "10.10.1.4/30"), "fd00:10:10:42::/64");
    // Another pool is another place.
    host.config.pool6 = Cidr6::parse("fd00:20::/48").value();
    EXPECT_EQ(host.subnet6("site-a", "10.10.1.0/30"), "fd00:20:0:40::/64");
}

TEST(Allocate6, MatesHaveOneNetworkTogether) {
    Host host;
    host.with_site("site-a", "10.10.0.0/28").with_site("site-b", "10.10.0.0/28", 3, 4);
    host.config.pool6 = Cidr6::parse("fd00:10:10::/48").value();
    const auto of = [&](const char* name) -> Allocation& {
        return host.registry.sites.at(site_named(name)).allocation;
    };
    const auto given = [&](const char* name, const char* subnet, const char* group) {
        const auto found = allocate_subnet6(host.config, host.registry, site_named(name),
                                            Cidr::parse(subnet).value(), group);
        return found.value()->str();
    };
    of("site-a").group = of("site-b").group = "shop";
    of("site-a").address = Ipv4::parse("10.10.0.2").value();
    of("site-b").address = Ipv4::parse("10.10.0.14").value();
    EXPECT_EQ(given("site-a", "10.10.0.0/28", "shop"), "fd00:10:10::/64");
    of("site-a").subnet6 = Cidr6::parse("fd00:10:10::/64").value();
    EXPECT_EQ(given("site-a", "10.10.0.0/28", "shop"), "fd00:10:10::/64");
    EXPECT_EQ(given("site-b", "10.10.0.0/28", "shop"), "fd00:10:10::/64");
    of("site-b").subnet6 = of("site-a").subnet6;
    EXPECT_EQ(of("site-b").gateway6().str(), "fd00:10:10::1");
    EXPECT_EQ(of("site-b").site_address6().str(), "fd00:10:10::e");
    // Whoever leaves the group gets one of his own.
    EXPECT_EQ(given("site-b", "10.10.1.0/30", ""), "fd00:10:10:40::/64");
    EXPECT_EQ(given("site-b", "10.10.0.16/28", "blog"), "fd00:10:10:4::/64");
    EXPECT_EQ(given("site-c", "10.10.0.0/30", ""), "fd00:10:10:1::/64") << "the first is taken";
}

/// Adds the site with what it gets; "ADDRESS of BLOCK", or the reason.
std::string join(Host& host, std::string_view name, const std::string& group) {
    const auto place =
        allocate_place(host.config, host.registry, host.facts, site_named(name), group);
    if (!place) return place.error();
    auto& given = host.registry.sites[site_named(name)].allocation;
    given.subnet = place->subnet;
    given.group = group;
    given.address = place->address;
    return place->address.str() + " of " + place->subnet.str();
}

TEST(AllocatePlace, GroupsGetBlocksAndSitesAddressesFromTheLowestOn) {
    Host host;
    EXPECT_EQ(join(host, "a", "shop"), "10.10.0.2 of 10.10.0.0/28");
    EXPECT_EQ(join(host, "b", "shop"), "10.10.0.3 of 10.10.0.0/28");
    EXPECT_EQ(join(host, "c", "blog"), "10.10.0.18 of 10.10.0.16/28");
    EXPECT_EQ(join(host, "b", "shop"), "10.10.0.3 of 10.10.0.0/28");
    host.registry.sites.erase(site_named("a"));
    EXPECT_EQ(join(host, "b", "shop"), "10.10.0.3 of 10.10.0.0/28");
    EXPECT_EQ(join(host, "d", "shop"), "10.10.0.2 of 10.10.0.0/28");
    // What is set for new groups moves none that is there.
    host.config.group_prefix = 29;
    host.config.reserved = cidr("10.10.128.0/24");
    EXPECT_EQ(join(host, "e", "shop"), "10.10.0.4 of 10.10.0.0/28");
    EXPECT_EQ(join(host, "f", "more"), "10.10.128.2 of 10.10.128.0/29");
}

TEST(AllocatePlace, WhatIsInUseIsLeftOut) {
    Host host;
    host.with_used("10.10.0.8/29", "route via eth1");
    host.facts.bridges.emplace("wpbr-old", cidr("10.10.0.16/28"));
    host.with_site("z", "10.10.1.0/30");
    host.registry.sites.at(site_named("z")).resources[{Kind::firewall, "10.10.0.34", "z"}] = "x";
    EXPECT_EQ(join(host, "a", "shop"), "10.10.0.50 of 10.10.0.48/28");
    // An address is taken as long as anything of its last owner is left.
    host.registry.sites.at(site_named("z")).resources[{Kind::firewall, "10.10.0.51", "z"}] = "x";
    EXPECT_EQ(join(host, "b", "shop"), "10.10.0.52 of 10.10.0.48/28");
}

TEST(AllocatePlace, AFullBlockIsNamed) {
    Host host;
    host.config.group_prefix = 29;
    for (const char* name : {"a", "b", "c", "d", "e"}) EXPECT_NE(join(host, name, "shop"), "");
    EXPECT_EQ(
        join(host, "f", "shop"),
        "group shop is full: its block 10.10.0.0/29 has 5 addresses for sites, all of them in "
        "use (a block stays as it is; network.group_prefix is for new groups)");
}

TEST(AllocatePlace, AnExhaustedRangeIsNamedWithWhatIsInTheWay) {
    Host host;
    host.with_used("10.10.0.0/24", "route via eth1");
    EXPECT_EQ(
        join(host, "a", "shop"),
        "the reserved range 10.10.0.0/24 has no free /28 for group shop: 10.10.0.0/28 overlaps "
        "10.10.0.0/24, route via eth1, and so on (a larger network.reserved gives room)");
    host.config.group_prefix = 20;
    EXPECT_EQ(join(host, "a", "shop"),
              "the reserved range 10.10.0.0/24 has no room for a /20 for group shop "
              "(network.reserved and network.group_prefix)");
}

TEST(AllocatePlace, ABridgeHasSoManyPorts) {
    Host host;
    host.config.reserved = cidr("10.10.0.0/20");
    host.config.group_prefix = 20;
    for (std::size_t i = 0; i < bridge_ports; ++i) {
        auto& given = host.registry.sites[site_named("s" + std::to_string(i))].allocation;
        given.group = "shop";
        given.subnet = cidr("10.10.0.0/20");
        given.address = given.subnet.at(static_cast<std::uint32_t>(i) + 2);
    }
    EXPECT_EQ(join(host, "one-more", "shop"),
              "group shop has 1023 sites, and a Linux bridge has no more ports than that");
}

TEST(AllocatePlace, ASiteThatLeavesItsGroupGetsABlockOfItsOwn) {
    Host host;
    (void)join(host, "a", "shop");
    EXPECT_EQ(host.subnet("a"), "10.10.1.0/30");
}

}  // namespace
}  // namespace wpns
