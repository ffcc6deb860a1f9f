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

}  // namespace
}  // namespace wpns
