#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "network/traffic.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

/// One thing that somebody changes about a link that was as wanted, and how it must show.
struct Damage {
    const char* name;
    std::function<void(Socket& host, Socket& inside)> harm;
    std::function<bool(const Link& found)> shows;
};

std::string damage_of(const ::testing::TestParamInfo<Damage>& info) {
    return info.param.name;
}

class DamageTest : public World, public ::testing::WithParamInterface<Damage> {
  protected:
    [[nodiscard]] Link found(const Link& link) const {
        return network->find_links(std::vector{link}).at(link.host_end.name);
    }
};

TEST_P(DamageTest, ShowsAndIsCorrected) {
    const Link link = link_of("a-rather-long-site-name");
    network->create_namespace(link.netns);
    network->ensure_link(link);
    Socket host;
    Socket inside = socket_of(link.netns);
    GetParam().harm(host, inside);
    const Link broken = found(link);
    EXPECT_NE(broken, link);
    EXPECT_TRUE(GetParam().shows(broken));
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_EQ(ping("", link.site_address), Reach::yes);
    EXPECT_EQ(ping(link.netns, link.host_address), Reach::yes);
}

const Link damaged = link_of("a-rather-long-site-name");
const std::string outer_name = damaged.host_end.name;
const std::string inner_name = damaged.site_end.name;

INSTANTIATE_TEST_SUITE_P(
    All, DamageTest,
    ::testing::Values(
        Damage{"HostMtu", [](auto& host, auto&) { set_mtu(host, outer_name, 1300); },
               [](auto& link) { return link.mtu == 1300; }},
        Damage{"SiteMtu", [](auto&, auto& inside) { set_mtu(inside, inner_name, 1300); },
               [](auto& link) { return link.mtu == 1300; }},
        Damage{"HostMac", [](auto& host, auto&) { set_mac(host, outer_name, Mac::derive("x")); },
               [](auto& link) { return link.host_mac != damaged.host_mac; }},
        Damage{"SiteMac", [](auto&, auto& in) { set_mac(in, inner_name, Mac::derive("x")); },
               [](auto& link) { return link.site_mac != damaged.site_mac; }},
        Damage{"Group", [](auto& host, auto&) { set_group(host, outer_name, 0); },
               [](auto& link) { return link.host_mac == Mac{}; }},
        Damage{"HostDown", [](auto& host, auto&) { set_down(host, outer_name); },
               [](auto& link) { return link.mtu == 0; }},
        Damage{"SiteDown", [](auto&, auto& inside) { set_down(inside, inner_name); },
               [](auto& link) { return link.mtu == 0; }},
        Damage{"HostAddressGone",
               [](auto& host, auto&) { delete_address(host, outer_name, ip("10.10.1.1"), 30); },
               [](auto& link) { return link.host_address == Ipv4{}; }},
        Damage{"SiteAddressGone",
               [](auto&, auto& in) { delete_address(in, inner_name, ip("10.10.1.2"), 30); },
               [](auto& link) { return link.site_address == Ipv4{}; }},
        Damage{"FurtherHostAddress",
               [](auto& host, auto&) { add_address(host, outer_name, ip("10.10.9.1"), 24); },
               [](auto& link) { return link.host_address == Ipv4{}; }},
        Damage{"FurtherSiteAddress",
               [](auto&, auto& in) { add_address(in, inner_name, ip("10.10.1.6"), 30); },
               [](auto& link) { return link.site_address == Ipv4{}; }},
        Damage{"WrongPrefix",
               [](auto&, auto& inside) {
                   delete_address(inside, inner_name, ip("10.10.1.2"), 30);
                   add_address(inside, inner_name, ip("10.10.1.2"), 24);
                   add_route(inside, inner_name, cidr("0.0.0.0/0"), ip("10.10.1.1"));
               },
               [](auto& link) { return link.prefix == 0; }},
        Damage{"DefaultRouteGone",
               [](auto&, auto& in) { delete_route(in, inner_name, cidr("0.0.0.0/0")); },
               [](auto& link) { return link.host_address == Ipv4{}; }},
        Damage{"HostNeighbourGone",
               [](auto& host, auto&) { delete_neighbour(host, outer_name, ip("10.10.1.2")); },
               [](auto& link) { return link.site_mac == Mac{}; }},
        Damage{"SiteNeighbourGone",
               [](auto&, auto& in) { delete_neighbour(in, inner_name, ip("10.10.1.1")); },
               [](auto& link) { return link.host_mac == Mac{}; }},
        Damage{"HostAltnameGone",
               [](auto& host, auto&) { delete_altname(host, outer_name, damaged.host_end.full); },
               [](auto& link) { return link.host_end.full.empty(); }},
        Damage{"SiteAltnameGone",
               [](auto&, auto& in) { delete_altname(in, inner_name, damaged.site_end.full); },
               [](auto& link) { return link.site_end.full.empty(); }},
        Damage{"HostIpv6",
               [](auto&, auto&) {
                   write_sysctl("", "net/ipv6/conf/" + outer_name + "/disable_ipv6", "0");
               },
               [](auto& link) { return link.mtu == 0; }},
        Damage{"SiteIpv6",
               [](auto&, auto&) {
                   write_sysctl(damaged.netns, "net/ipv6/conf/" + inner_name + "/disable_ipv6",
                                "0");
               },
               [](auto& link) { return link.mtu == 0; }}),
    damage_of);

}  // namespace
}  // namespace wpns::test
