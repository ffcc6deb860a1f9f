#include <gtest/gtest.h>

#include "model/names.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

using Reasons = std::vector<std::string>;

Source site(const std::string& name, const std::string& keys) {
    return {name + ".toml", keys};
}

TEST(Across, EveryLaterClaimToANameNamesTheFirst) {
    const auto config =
        read(std::nullopt,
             {site("a", "domain = 'x.example'\naliases = ['y.example']\n"),
              site("b", "domain = 'y.example'\n"),
              site("c", "domain = 'z.example'\naliases = ['w.example',\n  'x.example']\n")});
    EXPECT_EQ(reasons(config), (Reasons{"the name y.example is taken by a.toml:2:12",
                                        "the name x.example is taken by a.toml:1:10"}));
    EXPECT_EQ(config.problems.at(1).line, 3U);
}

TEST(Across, AnAliasIsNotTheDomain) {
    const auto config =
        read(std::nullopt, {site("a", "domain = 'x.example'\naliases = ['x.example']\n")});
    EXPECT_EQ(reasons(config), Reasons{"the name x.example is taken by a.toml:1:10"});
}

TEST(Across, SubnetsArePinnedOnceAndInThePool) {
    const auto pinned = [](const std::string& name, const std::string& subnet) {
        return site(name,
                    "domain = '" + name + ".example'\n[network]\nsubnet = '" + subnet + "'\n");
    };
    const auto config =
        read(std::nullopt, {pinned("a", "10.10.1.0/30"), pinned("b", "10.10.1.0/30"),
                            pinned("c", "10.11.0.0/30"), pinned("d", "10.10.0.4/30")});
    EXPECT_EQ(reasons(config),
              (Reasons{"the subnet 10.10.1.0/30 is taken by a.toml:3:10",
                       "network.subnet: 10.11.0.0/30 is outside of the pool 10.10.0.0/16",
                       "network.subnet: 10.10.0.4/30 is in the reserved range 10.10.0.0/24"}));
}

TEST(Across, AMacAddressIsOneSitesAlone) {
    const auto with_mac = [](const std::string& name, const std::string& mac) {
        return site(name, "domain = '" + name + ".example'\n[network]\nmac = '" + mac + "'\n");
    };
    const auto derived = names::site_mac(SiteName::parse("d").value()).str();
    const auto gateway = names::host_mac(SiteName::parse("e").value()).str();
    const auto config =
        read(std::nullopt,
             {with_mac("a", "02:00:5e:10:00:01"), with_mac("b", "02:00:5E:10:00:01"),
              with_mac("c", derived), site("d", "domain = 'd.example'\n"), with_mac("e", gateway)});
    EXPECT_EQ(reasons(config),
              (Reasons{"network.mac: 02:00:5e:10:00:01 is taken by a.toml:3:7",
                       "network.mac: " + derived + " is taken by d.toml",
                       "network.mac: " + gateway + " is taken by the host's end of e.toml"}));
}

TEST(Across, AMacAddressIsOfOneMachineAndLocal) {
    for (const auto& [mac, reason] : std::map<std::string, std::string>{
             {"03:00:5e:10:00:01", "03:00:5e:10:00:01 is the address of a group of machines"},
             {"00:16:3e:10:00:01", "00:16:3e:10:00:01 is an address of a manufacturer"},
             {"02:00:5e:10:00", "\"02:00:5e:10:00\" is not six hex pairs"}}) {
        const auto config = read(
            std::nullopt, {site("a", "domain = 'a.example'\n[network]\nmac = '" + mac + "'\n")});
        EXPECT_EQ(reasons(config), Reasons{"network.mac: " + reason});
    }
}

TEST(Across, AnIpv6PoolIsPrivateOrPublicAndLargeEnough) {
    for (const auto& [pool, reason] : std::map<std::string, std::string>{
             {"fd00:10:10::/48", ""},
             {"2001:db8:1:2::/64", ""},
             {"fe80::/48", "fe80::/48 is neither a private nor a public range"},
             {"fc00:1::/48", "fc00:1::/48 is neither a private nor a public range"},
             {"fd00::/100", "fd00::/100 has no room for the sites of 10.10.0.0/16"},
             {"fd00::/8", "fd00::/8 has no room for the sites of 10.10.0.0/16"},
             {"fd00::1/48",
              "\"fd00::1/48\" has bits set right of the prefix; the network is fd00::/48"},
             {"10.10.0.0/16",
              "\"10.10.0.0/16\" is no IPv6 address of hex groups such as fd00::1"}}) {
        const auto config = read(Source{"wpns.toml", "[network]\npool6 = '" + pool + "'\n"}, {});
        EXPECT_EQ(reasons(config),
                  reason.empty() ? Reasons{} : Reasons{"network.pool6: " + reason});
    }
}

TEST(Across, SitesAreNotMeasuredByABrokenHostFile) {
    const auto config =
        read(Source{"wpns.toml", "[network]\npool = 'x'\n"},
             {site("a", "domain = 'a.example'\n[network]\nsubnet = '10.11.0.0/30'\n")});
    EXPECT_EQ(reasons(config), Reasons{"network.pool: \"x\" has no prefix length such as /30"});
}

TEST(Across, SourceIsNotTheDataOfSites) {
    for (const char* source :
         {"/var/lib/wpns", "/var/lib/wpns/sites/b/www", "/var/lib/wpns/archive"}) {
        const auto config = read(
            std::nullopt, {site("a", std::string("domain = 'a.example'\n[wordpress]\nsource = '") +
                                         source + "'\n")});
        ASSERT_EQ(config.problems.size(), 1U) << source;
        EXPECT_NE(config.problems[0].reason.find("holds the data of sites"), std::string::npos);
    }
    const auto moved =
        read(Source{"wpns.toml", "[paths]\ndata_dir = '/srv/sites'\n"},
             {site("a", "domain = 'a.example'\n[wordpress]\nsource = '/srv/sites/b'\n")});
    EXPECT_EQ(moved.problems.size(), 1U);
    EXPECT_EQ(
        described(read(
            std::nullopt,
            {site("a", "domain = 'a.example'\n[wordpress]\nsource = '/var/lib/wpns-core'\n")})),
        "");
}

TEST(Across, ABadSourceOfAllSitesIsReportedOnceWhereItIs) {
    const auto config =
        read(Source{"wpns.toml", "[site.wordpress]\nsource = '/var/lib/wpns/sites/x'\n"},
             {site("a", "domain = 'a.example'\n"), site("b", "domain = 'b.example'\n")});
    ASSERT_EQ(config.problems.size(), 1U);
    EXPECT_EQ(config.problems[0].file, "wpns.toml");
    EXPECT_EQ(config.problems[0].line, 2U);
}

TEST(Across, LinkNamesThatMeetAreRefused) {
    const std::string one = "collide-sgljlew";
    const std::string other = "collide-yocmymd";
    ASSERT_EQ(names::host_link(SiteName::parse(one).value()).name,
              names::host_link(SiteName::parse(other).value()).name)
        << "the short names are made in another way now: search two names that meet";
    const auto config = read(
        std::nullopt, {site(one, "domain = 'a.example'\n"), site(other, "domain = 'b.example'\n")});
    ASSERT_EQ(config.problems.size(), 2U);  // the end on the host and the end inside
    EXPECT_EQ(config.problems[0].file, other + ".toml");
    EXPECT_EQ(config.problems[0].line, 0U);
}

TEST(Across, ASiteIsInOneFile) {
    const auto config = read(std::nullopt, {{"x/a.toml", "domain = 'a.example'\n"},
                                            {"y/a.toml", "domain = 'b.example'\n"}});
    EXPECT_EQ(reasons(config), Reasons{"the site a is also in x/a.toml"});
}

TEST(Across, AThousandSitesAreFine) {
    std::vector<Source> sources;
    for (int i = 0; i < 1000; ++i)
        sources.push_back(
            site("s" + std::to_string(i), "domain = 's" + std::to_string(i) + ".example'\n"));
    const auto config = read(std::nullopt, sources);
    EXPECT_EQ(described(config), "");
    EXPECT_EQ(config.sites.size(), 1000U);
}

std::string in_group(const std::string& more = {}, const std::string& group = "shop") {
    return "[network]\ngroup = '" + group + "'\n" + more;
}
std::string named(const std::string& name) {
    return "domain = '" + name + ".example'\n";
}

TEST(Across, AGroupIsForSitesThatCanShareANetwork) {
    const auto config =
        read(std::nullopt,
             {site("a", named("a") + in_group("mtu = 1400\n")), site("b", named("b") + in_group()),
              site("c", named("c") + in_group("subnet = '10.10.1.0/30'\n", "other")),
              site("d", named("d") + in_group("", "Shop"))});
    EXPECT_EQ(
        reasons(config),
        (Reasons{"network.group: the sites of group shop share a network, and network.mtu is "
                 "not the same in all of them",
                 "network.group: a site in a group has an address of the group's network, and "
                 "network.subnet names another one",
                 "network.group: \"Shop\" is no name of a group: holds S: only a-z, 0-9 and - "
                 "are allowed"}));
}

TEST(Across, AGroupMayHaveIpv6) {
    const auto config = read(Source{"wpns.toml", "[network]\npool6 = 'fd00:10:10::/48'\n"},
                             {site("a", named("a") + in_group()), site("b", named("b"))});
    EXPECT_EQ(reasons(config), Reasons{});
}

TEST(Across, AGroupHasNoMoreSitesThanABridgeHasPorts) {
    std::vector<Source> sites;
    for (int i = 0; i < 1024; ++i) {
        const std::string name = "s" + std::to_string(i);
        sites.push_back(site(name, named(name) + in_group()));
    }
    const auto config = read(std::nullopt, sites);
    EXPECT_EQ(reasons(config), Reasons{"network.group: group shop has more than 1023 sites, and a "
                                       "Linux bridge has no more ports than that"});
    sites.pop_back();
    EXPECT_EQ(reasons(read(std::nullopt, sites)), Reasons{});
}

TEST(Across, ABlockOfAGroupFitsTheReservedRange) {
    const auto config =
        read(Source{"wpns.toml", "[network]\ngroup_prefix = 20\n"}, {site("a", named("a"))});
    EXPECT_EQ(reasons(config),
              Reasons{"network.group_prefix: a /20 is more than the reserved range 10.10.0.0/24"});
}

}  // namespace
}  // namespace wpns::config
