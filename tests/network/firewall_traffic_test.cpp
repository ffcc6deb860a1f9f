#include <gtest/gtest.h>

#include <vector>

#include "network/traffic_world.hpp"

namespace wpns::test {
namespace {

TEST_F(TrafficTest, SiteReachesTheWorldAndItsGateway) {
    load();
    expect_all({{"site-a", "8.8.8.8", 443, Reach::yes},
                {"site-a", "8.8.8.8", 8080, Reach::yes},
                {"site-a", "8.8.8.8", 0, Reach::yes},
                {"site-a", "10.10.1.1", 80, Reach::yes},
                {"site-a", "10.10.1.1", 443, Reach::yes},
                {"site-a", "10.10.1.1", 0, Reach::yes}});
}

TEST_F(TrafficTest, HostReachesTheSite) {
    load();
    expect_all({{"", "10.10.1.2", 3306, Reach::yes},
                {"", "10.10.1.2", 0, Reach::yes},
                {"", "10.10.1.6", 3306, Reach::yes},
                {"", "10.10.1.1", 80, Reach::yes}});
}

TEST_F(TrafficTest, SitesReachNeitherEachOtherNorEachOthersGateway) {
    const std::vector<Probe> probes{{"site-a", "10.10.1.6", 3306}, {"site-a", "10.10.1.6", 0},
                                    {"site-a", "10.10.1.5", 80},   {"site-a", "10.10.1.5", 0},
                                    {"site-b", "10.10.1.2", 80},   {"site-b", "10.10.1.1", 443}};
    expect_open(probes);
    load();
    expect_all(probes);
}

TEST_F(TrafficTest, SiteReachesNoServiceOfTheHost) {
    const std::vector<Probe> probes{{"site-a", "10.10.1.1", 22},     {"site-a", "10.10.1.1", 3306},
                                    {"site-a", "203.0.113.1", 80},   {"site-a", "203.0.113.1", 22},
                                    {"site-a", "198.51.100.7", 443}, {"site-a", "198.51.100.7", 0},
                                    {"site-a", "10.10.1.1", 53}};
    expect_open(probes);
    load();
    expect_all(probes);
}

TEST_F(TrafficTest, SiteReachesNoPrivateMetadataOrPoolAddressAndNoMail) {
    const std::vector<Probe> probes{
        {"site-a", "10.99.0.1", 443},    {"site-a", "192.168.77.1", 80},
        {"site-a", "192.168.77.1", 0},   {"site-a", "169.254.169.254", 80},
        {"site-a", "168.63.129.16", 80}, {"site-a", "100.100.100.200", 80},
        {"site-a", "8.8.8.8", 25},       {"site-a", "169.254.169.254", 53},
        {"site-a", "10.10.77.1", 443}};
    expect_open(probes);
    load();
    expect_all(probes);
}

TEST_F(TrafficTest, ResolversAreReachedOnPort53EvenWhenPrivateOrTheHost) {
    load();
    EXPECT_EQ(exchange_udp("site-a", "world", ip("192.168.77.1"), 53), Reach::yes);
    EXPECT_EQ(exchange_udp("site-a", "world", ip("9.9.9.9"), 53), Reach::yes);
    EXPECT_EQ(exchange_udp("site-a", "", ip("203.0.113.1"), 53), Reach::yes);
    EXPECT_EQ(exchange_udp("site-a", "world", ip("10.99.0.1"), 53), Reach::refused);
    expect_all({{"site-a", "192.168.77.1", 53, Reach::yes},
                {"site-a", "203.0.113.1", 53, Reach::yes},
                {"site-a", "203.0.113.1", 80}});
}

TEST_F(TrafficTest, EgressWebIsWebAndResolvers) {
    load(Egress::web);
    EXPECT_EQ(exchange_udp("site-a", "world", ip("9.9.9.9"), 53), Reach::yes);
    expect_all({{"site-a", "8.8.8.8", 80, Reach::yes},
                {"site-a", "8.8.8.8", 443, Reach::yes},
                {"site-a", "8.8.8.8", 8080},
                {"site-a", "8.8.8.8", 0},
                {"site-a", "10.99.0.1", 443},
                {"site-b", "8.8.8.8", 8080, Reach::yes}});
}

TEST_F(TrafficTest, EgressNoneIsNothingNotEvenResolvers) {
    load(Egress::none);
    EXPECT_EQ(exchange_udp("site-a", "world", ip("9.9.9.9"), 53), Reach::refused);
    expect_all({{"site-a", "8.8.8.8", 443},
                {"site-a", "9.9.9.9", 53},
                {"site-a", "203.0.113.1", 53},
                {"site-a", "10.10.1.1", 80, Reach::yes},
                {"", "10.10.1.2", 3306, Reach::yes}});
}

TEST_F(TrafficTest, LinkThatNoSiteHasReachesNothing) {
    firewall->load(table_with(), std::vector{firewall_of(b)});
    expect_all({{"site-a", "8.8.8.8", 443, Reach::no_answer},
                {"site-a", "10.10.1.1", 80, Reach::no_answer},
                {"site-a", "10.10.1.6", 3306, Reach::no_answer}});
}

TEST_F(TrafficTest, TheWorldSeesTheHostAsTheSource) {
    const UniqueFd tcp = listen_tcp("world", 4444);
    const UniqueFd udp = listen_udp("world", 4444);
    ASSERT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), a.site_address);
    load();
    ASSERT_EQ(connect_tcp("site-a", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), ip("203.0.113.1"));
    EXPECT_EQ(exchange_udp("site-a", "world", ip("8.8.8.8"), 4445), Reach::yes);
    send_udp("site-a", ip("8.8.8.8"), 4444);
    EXPECT_EQ(received_from(udp), ip("203.0.113.1"));
}

TEST_F(TrafficTest, HostToSiteIsNotMasqueraded) {
    load();
    const UniqueFd tcp = listen_tcp("site-a", 4444);
    ASSERT_EQ(connect_tcp("", a.site_address, 4444), Reach::yes);
    EXPECT_EQ(accepted_from(tcp), a.host_address);
}

TEST_F(TrafficTest, NobodyOutsideReachesASite) {
    const std::vector<Probe> probes{{"world", "10.10.1.2", 3306, Reach::no_answer},
                                    {"world", "10.10.1.2", 0, Reach::no_answer}};
    expect_open(probes);
    load();
    expect_all(probes);
}

TEST_F(TrafficTest, ForgedSourceNeverLeavesTheLink) {
    const UniqueFd away = listen_udp("world", 4444);
    const UniqueFd neighbour = listen_udp("site-b", 4444);
    const UniqueFd here = listen_udp("", 4444);
    write_sysctl("", "net/ipv4/conf/all/rp_filter", "0");
    write_sysctl("", "net/ipv4/conf/" + a.host_end.name + "/rp_filter", "0");
    for (const char* forged : {"10.10.1.6", "198.18.0.9"}) {
        send_udp("site-a", ip("8.8.8.8"), 4444, ip(forged));
        EXPECT_EQ(received_from(away), ip(forged)) << "without rules it must arrive";
    }
    load();
    for (const char* forged : {"10.10.1.6", "198.18.0.9"}) {
        send_udp("site-a", ip("8.8.8.8"), 4444, ip(forged));
        EXPECT_EQ(received_from(away), std::nullopt) << forged;
        send_udp("site-a", a.host_address, 4444, ip(forged));
        EXPECT_EQ(received_from(here), std::nullopt) << forged;
    }
    send_udp("site-a", ip("8.8.8.8"), 4444, a.site_address);
    EXPECT_EQ(received_from(away), ip("203.0.113.1"));
}

TEST_F(TrafficTest, ForeignTrafficFallsThroughUntouched) {
    Link other = link_of("other", 9);
    other.host_end = {"br-other", "br-other"};
    other.site_end = {"eth0", "eth0"};
    other.host_address = ip("172.20.0.1");
    other.site_address = ip("172.20.0.2");
    network->create_namespace("other");
    network->ensure_link(other);
    Socket host;
    set_group(host, "br-other", 0);
    const UniqueFd away = listen_tcp("world", 4444);
    const UniqueFd inner = listen_tcp("other", 4444);
    load();
    expect_all({{"other", "10.99.0.1", 80, Reach::yes},
                {"other", "8.8.8.8", 25, Reach::yes},
                {"other", "172.20.0.1", 22, Reach::yes},
                {"world", "172.20.0.2", 4444, Reach::yes},
                {"other", "10.10.1.2", 3306, Reach::no_answer},
                {"site-a", "172.20.0.2", 4444}});
    ASSERT_EQ(connect_tcp("other", ip("8.8.8.8"), 4444), Reach::yes);
    EXPECT_EQ(accepted_from(away), other.site_address);
}

TEST_F(TrafficTest, Ipv6OfASiteGoesNowhere) {
    for (const auto& [place, link] : {std::pair{std::string(), a.host_end.name},
                                      std::pair{std::string("site-a"), a.site_end.name}}) {
        write_sysctl(place, "net/ipv6/conf/" + link + "/accept_dad", "0");
        write_sysctl(place, "net/ipv6/conf/" + link + "/disable_ipv6", "0");
    }
    Socket host;
    Socket inside = socket_of("site-a");
    add_address6(host, a.host_end.name, "fd00:1::1");
    add_address6(inside, a.site_end.name, "fd00:1::2");
    const UniqueFd here = listen_tcp6("", 80);
    const UniqueFd there = listen_tcp6("site-a", 80);
    // Both ends have only begun to speak IPv6: the first packets may be lost.
    Reach before = Reach::no_answer;
    for (int tries = 0; tries < 10 && before != Reach::yes; ++tries)
        before = connect_tcp6("site-a", "fd00:1::1", 80);
    EXPECT_EQ(before, Reach::yes);
    EXPECT_EQ(connect_tcp6("", "fd00:1::2", 80), Reach::yes);
    load();
    EXPECT_EQ(connect_tcp6("site-a", "fd00:1::1", 80), Reach::no_answer);
    EXPECT_EQ(connect_tcp6("", "fd00:1::2", 80), Reach::no_answer);
}

}  // namespace
}  // namespace wpns::test
