#include <gtest/gtest.h>

#include "reading.hpp"

namespace wpns::config {
namespace {

std::string network(const std::string& lines) {
    return described(read_site_text("domain = \"a.example\"\n[network]\n" + lines));
}

TEST(Allow, ListsNetworksAndNames) {
    const auto site = only_site(read_site_text(
        "domain = \"a.example\"\n[network]\negress = \"allow\"\n"
        "allow = [\"203.0.113.0/24\", \"198.51.100.7:443\", \"api.example.com:53/udp\"]\n"));
    EXPECT_EQ(site.network.egress, Egress::allow);
    ASSERT_EQ(site.network.allow.size(), 3U);
    EXPECT_EQ(site.network.allow[2].host, "api.example.com");
    EXPECT_EQ(site.network.allow[2].transport, Transport::udp);
}

TEST(Allow, AProblemHasItsPlaceReasonAndRemedy) {
    const std::string text = network("allow = [\"203.0.113.0/24\", \"203.0.113.7/24:443\"]\n");
    EXPECT_NE(text.find(":3:28: network.allow: \"203.0.113.7/24:443\" has bits set right of the "
                        "prefix; the network is 203.0.113.0/24"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("write an address, a network or a host name"), std::string::npos) << text;
}

TEST(Allow, TheSameTwiceIsAProblemHoweverItIsWritten) {
    EXPECT_NE(
        network("allow = [\"203.0.113.7\", \"203.0.113.7/32\"]\n").find("is in the list twice"),
        std::string::npos);
}

TEST(Allow, AnAllowListThatNamesNothingIsAProblemWhereItDecides) {
    EXPECT_NE(network("egress = \"allow\"\n").find("network.allow names nothing"),
              std::string::npos);
    EXPECT_EQ(network("egress = \"open\"\nallow = [\"10.0.0.1\"]\n"), "");
    EXPECT_EQ(network("egress = \"quarantine\"\n"), "");
}

TEST(Allow, ThePoolOfTheSitesCannotBeNamed) {
    EXPECT_NE(network("allow = [\"10.10.3.0/24:3306\"]\n")
                  .find("is in the pool 10.10.0.0/16 of the sites, which never reach each other"),
              std::string::npos);
    EXPECT_EQ(network("allow = [\"10.0.0.0/8:5432\"]\n"), "");
}

TEST(Allow, AnIpv6NetworkOfASiteWithoutIpv6IsAWarningWithItsPlace) {
    const Source site{"site-a.toml",
                      "domain = \"a.example\"\n[network]\nallow = [\"10.0.0.1\", "
                      "\"[2001:db8::5]:443\", \"a.example\"]\n"};
    const Config without = read(std::nullopt, {site});
    EXPECT_EQ(described(without), "");
    ASSERT_EQ(without.warnings.size(), 1U);
    EXPECT_EQ(describe(without.warnings.front()),
              "site-a.toml:3:22: network.allow: [2001:db8::5]:443 opens nothing: the sites have no "
              "IPv6\n    allow = [\"10.0.0.1\", \"[2001:db8::5]:443\", \"a.example\"]\n"
              "                         ^\n    network.pool6 of wpns.toml gives it to them\n");
    const Source host{"wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n"};
    EXPECT_TRUE(read(host, {site}).warnings.empty());
}

TEST(Connections, AreLimitedToOneOfAFewNumbers) {
    EXPECT_EQ(network("connections = 200\n"), "");
    EXPECT_NE(network("connections = 70\n")
                  .find("70 is not one of 50, 100, 200, 500, 1000, 2000, 5000, 10000"),
              std::string::npos);
    for (const char* wrong : {"0", "-50", "\"50\"", "true", "50.0"})
        EXPECT_NE(network(std::string("connections = ") + wrong + "\n"), "") << wrong;
}

TEST(SourceAddress, IsAnAddressThatPacketsCanComeFrom) {
    EXPECT_EQ(network("source_address = \"203.0.113.2\"\n"), "");
    for (const char* wrong : {"127.0.0.1", "0.0.0.0", "224.0.0.1", "203.0.113.0/24", "::1", "eth0"})
        EXPECT_NE(network(std::string("source_address = \"") + wrong + "\"\n"), "") << wrong;
}

}  // namespace
}  // namespace wpns::config
