#include "render/firewall_elements.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "render/firewall_change.hpp"

namespace wpns::render {
namespace {

Ipv4 ip(const char* text) {
    return Ipv4::parse(text).value();
}

FirewallSite site(const char* link, const char* gateway, const char* address,
                  Egress egress = Egress::open) {
    return {.link = link, .address = ip(address), .gateway = ip(gateway), .egress = egress};
}

const FirewallSite a = site("veth0-a", "10.10.1.1", "10.10.1.2");
const FirewallSite b = site("veth0-b", "10.10.1.5", "10.10.1.6", Egress::web);

/// Site a with everything that a policy can hold.
FirewallSite with_policy(unsigned connections) {
    FirewallSite site = a;
    site.allowed = {{*Cidr::parse("203.0.113.7/32"), 6, 0},
                    {*Cidr::parse("203.0.113.0/24"), 17, 53}};
    std::ranges::sort(site.allowed);
    site.names = "0123456789abcdef";
    site.source_address = ip("203.0.113.2");
    site.connections = connections;
    return site;
}

/// The same with IPv6.
FirewallSite with_ipv6() {
    FirewallSite site = with_policy(50);
    site.address6 = Ipv6::parse("fd00:10:10:40::2").value();
    site.gateway6 = Ipv6::parse("fd00:10:10:40::1").value();
    site.allowed.push_back({*Cidr6::parse("2001:db8::/32"), 6, 443});
    site.allowed.push_back({*Cidr6::parse("2001:db8::7/128"), 17, 0});
    std::ranges::sort(site.allowed);
    return site;
}

FirewallSite again(const FirewallSite& site) {
    return firewall_sites(firewall_elements(site)).at(site.link);
}

/// The only elements of a site.
FirewallElements elements_of(const FirewallSite& site) {
    return firewall_elements(site).at(site.link);
}

FirewallSite site_of(const std::string& link, const FirewallElements& elements) {
    return firewall_sites({{link, elements}}).at(link);
}

FirewallCollections of(const std::vector<FirewallSite>& sites) {
    FirewallCollections all;
    for (const FirewallSite& each : sites) all.merge(firewall_elements(each));
    return all;
}

TEST(FirewallElements, MakeTheirSiteAgain) {
    for (const Egress egress :
         {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine}) {
        const FirewallSite wanted = site("veth0-a", "10.10.1.1", "10.10.1.2", egress);
        EXPECT_EQ(again(wanted), wanted);
    }
}

TEST(FirewallElements, MakeTheirSiteAgainWithItsWholePolicy) {
    EXPECT_EQ(again(with_policy(50)), with_policy(50));
    EXPECT_EQ(again(with_ipv6()), with_ipv6());
}

TEST(FirewallElements, AnythingElseMakesASiteWithoutAddress) {
    FirewallElements broken[9];
    for (FirewallElements& elements : broken) elements = elements_of(a);
    broken[0].sources.clear();
    broken[1].sources.insert(ip("10.10.1.6"));
    broken[2].gateways.clear();
    broken[3].gateways.insert(ip("10.10.1.5"));
    broken[4].verdict.reset();
    broken[5].verdict = "";
    broken[6].verdict = "egress_of_tomorrow";
    broken[7].counted = false;
    broken[8].quarantined = true;
    for (const FirewallElements& elements : broken)
        EXPECT_EQ(site_of(a.link, elements).address, Ipv4{});
}

struct Change {
    const char* name;
    FirewallCollections before;
    FirewallCollections after;
    std::string text;
};

std::string title_of(const ::testing::TestParamInfo<Change>& info) {
    return info.param.name;
}

class ChangeText : public ::testing::TestWithParam<Change> {};

TEST_P(ChangeText, IsTheDifference) {
    EXPECT_EQ(firewall_change_text(GetParam().before, GetParam().after), GetParam().text);
}

FirewallCollections with_further_source() {
    FirewallCollections all = of({a});
    all[a.link].sources.insert(ip("10.10.1.6"));
    return all;
}

FirewallCollections without_verdict() {
    FirewallCollections all = of({a});
    all[a.link].verdict.reset();
    return all;
}

INSTANTIATE_TEST_SUITE_P(
    All, ChangeText,
    ::testing::Values(
        Change{"NothingToNothing", {}, {}, ""}, Change{"SameToSame", of({a, b}), of({a, b}), ""},
        Change{
            "TwoNew",
            {},
            of({a, b}),
            "add element inet wpns sources { \"veth0-a\" . 10.10.1.2, \"veth0-b\" . 10.10.1.6 }\n"
            "add element inet wpns gateways { \"veth0-a\" . 10.10.1.1, \"veth0-b\" . 10.10.1.5 }\n"
            "add element inet wpns egress { \"veth0-a\" : goto egress_open, "
            "\"veth0-b\" : goto egress_web }\n"
            "add element inet wpns refusals { \"veth0-a\", \"veth0-b\" }\n"},
        Change{"OneGone", of({a, b}), of({b}),
               "delete element inet wpns sources { \"veth0-a\" . 10.10.1.2 }\n"
               "delete element inet wpns gateways { \"veth0-a\" . 10.10.1.1 }\n"
               "delete element inet wpns egress { \"veth0-a\" }\n"
               "delete element inet wpns refusals { \"veth0-a\" }\n"},
        Change{"Quarantine", of({a}),
               of({site("veth0-a", "10.10.1.1", "10.10.1.2", Egress::quarantine)}),
               "delete element inet wpns egress { \"veth0-a\" }\n"
               "add element inet wpns egress { \"veth0-a\" : goto egress_quarantine }\n"
               "add element inet wpns quarantined { \"veth0-a\" }\n"},
        Change{"Policy", of({a}), of({with_policy(50)}),
               "delete element inet wpns sources { \"veth0-a\" . 10.10.1.2 }\n"
               "add element inet wpns sources { \"veth0-a\" . 10.10.1.2 "
               "comment \"names:0123456789abcdef\" }\n"
               "add element inet wpns allowed { \"veth0-a\" . 203.0.113.0/24 . 17 . 53, "
               "\"veth0-a\" . 203.0.113.7 . 6 . 0-65535 }\n"
               "add element inet wpns connections { \"veth0-a\" : jump limit_50 }\n"
               "add element inet wpns source_address { \"veth0-a\" : 203.0.113.2 }\n"},
        Change{"Ipv6", of({with_policy(50)}), of({with_ipv6()}),
               "add element inet wpns sources6 { \"veth0-a\" . fd00:10:10:40::2 }\n"
               "add element inet wpns gateways6 { \"veth0-a\" . fd00:10:10:40::1 }\n"
               "add element inet wpns allowed6 { \"veth0-a\" . 2001:db8::/32 . 6 . 443, "
               "\"veth0-a\" . 2001:db8::7 . 17 . 0-65535 }\n"},
        Change{"NoIpv6", of({with_ipv6()}), of({with_policy(50)}),
               "delete element inet wpns sources6 { \"veth0-a\" . fd00:10:10:40::2 }\n"
               "delete element inet wpns gateways6 { \"veth0-a\" . fd00:10:10:40::1 }\n"
               "delete element inet wpns allowed6 { \"veth0-a\" . 2001:db8::/32 . 6 . 443, "
               "\"veth0-a\" . 2001:db8::7 . 17 . 0-65535 }\n"},
        Change{"OtherLimit", of({with_policy(50)}), of({with_policy(100)}),
               "delete element inet wpns connections { \"veth0-a\" }\n"
               "add element inet wpns connections { \"veth0-a\" : jump limit_100 }\n"},
        Change{"OtherEgress", of({a}),
               of({site("veth0-a", "10.10.1.1", "10.10.1.2", Egress::none)}),
               "delete element inet wpns egress { \"veth0-a\" }\n"
               "add element inet wpns egress { \"veth0-a\" : goto egress_none }\n"},
        Change{"OtherAddress", of({a}), of({site("veth0-a", "10.10.1.1", "10.10.1.3")}),
               "delete element inet wpns sources { \"veth0-a\" . 10.10.1.2 }\n"
               "add element inet wpns sources { \"veth0-a\" . 10.10.1.3 }\n"},
        Change{"TooManySources", with_further_source(), of({a}),
               "delete element inet wpns sources { \"veth0-a\" . 10.10.1.6 }\n"},
        Change{"VerdictMissing", without_verdict(), of({a}),
               "add element inet wpns egress { \"veth0-a\" : goto egress_open }\n"}),
    title_of);

TEST(FirewallChangeText, RefusesLinkNamesThatAreNotOurs) {
    for (const char* name : {"", "veth0-*", "veth0 a", "veth0\"a", "veth0}a", "veth0;a", "veth0\na",
                             "Veth0-a", "veth0.a", "sixteen-chars-xx"}) {
        FirewallSite wrong = a;
        wrong.link = name;
        EXPECT_FALSE(firewall_change_text({}, of({wrong}))) << name;
        EXPECT_FALSE(firewall_change_text(of({wrong}), {})) << name;
    }
}

TEST(FirewallChangeText, LeavesForeignElementsThatStayAlone) {
    FirewallSite foreign = a;
    foreign.link = "Foreign.0";
    EXPECT_EQ(firewall_change_text(of({foreign}), of({foreign})), "");
}

FirewallTable table_of(const std::string& digest) {
    return {.text = "table inet wpns {\n}\n", .digest = digest};
}

TEST(FirewallLoadText, ReplacesTheTableAndFillsIt) {
    const std::string digest(64, 'a');
    EXPECT_EQ(firewall_load_text(table_of(digest), std::vector{a}),
              "table inet wpns\n"
              "delete table inet wpns\n"
              "table inet wpns {\n\tcomment \"wpns:" +
                  digest +
                  "\"\n}\n"
                  "table inet wpns {\n}\n"
                  "add element inet wpns sources { \"veth0-a\" . 10.10.1.2 }\n"
                  "add element inet wpns gateways { \"veth0-a\" . 10.10.1.1 }\n"
                  "add element inet wpns egress { \"veth0-a\" : goto egress_open }\n"
                  "add element inet wpns refusals { \"veth0-a\" }\n");
}

TEST(FirewallLoadText, RefusesADigestThatIsNone) {
    for (const std::string& digest :
         {std::string(), std::string(63, 'a'), std::string(64, 'G'), std::string(62, 'a') + "\"\n"})
        EXPECT_FALSE(firewall_load_text(table_of(digest), {})) << digest;
}

TEST(FirewallDigest, IsFoundInAListing) {
    const std::string digest(64, 'b');
    EXPECT_EQ(firewall_digest_in("table inet wpns {\n\tcomment \"wpns:" + digest + "\"\n}"),
              digest);
    EXPECT_EQ(firewall_digest_in("table inet wpns {\n\tcomment \"mine\"\n}"), std::nullopt);
    EXPECT_EQ(firewall_digest_in("comment \"wpns:short\""), std::nullopt);
    EXPECT_EQ(firewall_digest_in(""), std::nullopt);
}

/// A site in a group with everything that a policy can hold.
FirewallSite mate(Egress egress = Egress::open) {
    FirewallSite site = with_policy(50);
    site.link = "10.10.0.2";
    site.address = ip("10.10.0.2");
    site.gateway = ip("10.10.0.1");
    site.egress = egress;
    site.port = {"wpbr-shop", "veth0-a", *Mac::parse("02:00:00:00:00:01")};
    return site;
}

TEST(FirewallElements, OfAMateMakeItAgain) {
    for (const Egress egress : {Egress::open, Egress::quarantine})
        EXPECT_EQ(again(mate(egress)), mate(egress));
}

/// The same with IPv6.
FirewallSite mate6(Egress egress = Egress::open) {
    FirewallSite site = mate(egress);
    site.address6 = Ipv6::parse("fd00:10:10::2").value();
    site.gateway6 = Ipv6::parse("fd00:10:10::1").value();
    site.allowed.push_back({*Cidr6::parse("2001:db8::/32"), 6, 443});
    return site;
}

TEST(FirewallElements, OfAMateWithIpv6AreUnderBothAddresses) {
    for (const Egress egress : {Egress::open, Egress::quarantine}) {
        EXPECT_EQ(firewall_elements(mate6(egress)).size(), 2U);
        EXPECT_EQ(again(mate6(egress)), mate6(egress));
    }
    EXPECT_EQ(firewall_change_text(of({mate()}), of({mate6()})).value(),
              "add element inet wpns mate_sources6 { \"wpbr-shop\" . fd00:10:10::2 }\n"
              "add element inet wpns mates6 { fd00:10:10::2 }\n"
              "add element inet wpns mate_gateways6 { fd00:10:10::2 . fd00:10:10::1 }\n"
              "add element inet wpns mate_inside6 { fd00:10:10::2 . \"wpbr-shop\" }\n"
              "add element inet wpns mate_egress6 { fd00:10:10::2 : goto egress_open }\n"
              "add element inet wpns mate_refusals6 { fd00:10:10::2 }\n"
              "add element inet wpns mate_allowed6 { fd00:10:10::2 . 2001:db8::/32 . 6 . 443 }\n"
              "add element inet wpns mate_connections6 { fd00:10:10::2 : jump mate6_limit_50 }\n"
              "add element bridge wpns ports6 { \"veth0-a\" . 02:00:00:00:00:01 . fd00:10:10::2 "
              "}\n");
}

TEST(FirewallElements, OfAMateThatDifferByFamilyMakeNoneOfOurs) {
    std::vector<FirewallCollections> broken(7, firewall_elements(mate6()));
    const std::string six = "fd00:10:10::2";
    broken[0].at(six).verdict = "egress_none";
    broken[1].at(six).counted = false;
    broken[2].at(six).connections = 0;
    broken[3].at(six).mate.listed = false;
    broken[4].at(six).mate.bridges = {"wpbr-other"};
    broken[5].at(six).gateways6.clear();
    broken[6].at(six).quarantined = true;
    for (const auto& all : broken) EXPECT_EQ(firewall_sites(all).at("10.10.0.2").address, Ipv4{});
    // What has no partner is a site of its own, which nobody wants.
    FirewallCollections orphan = firewall_elements(mate6());
    orphan.erase("10.10.0.2");
    const auto sites = firewall_sites(orphan);
    ASSERT_EQ(sites.size(), 1U);
    EXPECT_EQ(sites.at(six).address, Ipv4{});
    EXPECT_EQ(firewall_elements_of(orphan, six), orphan);
    EXPECT_EQ(firewall_elements_of(firewall_elements(mate6()), "10.10.0.2").size(), 2U);
}

TEST(FirewallElements, AnythingElseMakesAMateWithoutAddress) {
    MateElements broken[6];
    for (auto& elements : broken) elements = elements_of(mate()).mate;
    broken[0].bridges.clear();
    broken[1].inside.insert("wpbr-other");
    broken[2].ports.emplace("veth0-b", Mac{});
    broken[3].listed = false;
    broken[4].closed = true;
    broken[5].ports.clear();
    for (const auto& elements : broken) {
        FirewallElements all = elements_of(mate());
        all.mate = elements;
        EXPECT_EQ(site_of("10.10.0.2", all).address, Ipv4{});
    }
}

TEST(FirewallElements, OfAMateAreKeyedByItsAddressAndItsPort) {
    EXPECT_EQ(
        firewall_change_text({}, of({mate(Egress::quarantine)})).value(),
        "add element inet wpns mate_sources { \"wpbr-shop\" . 10.10.0.2 comment "
        "\"names:0123456789abcdef\" }\n"
        "add element inet wpns mates { 10.10.0.2 }\n"
        "add element inet wpns mate_gateways { 10.10.0.2 . 10.10.0.1 }\n"
        "add element inet wpns mate_inside { 10.10.0.2 . \"wpbr-shop\" }\n"
        "add element inet wpns mate_egress { 10.10.0.2 : goto egress_quarantine }\n"
        "add element inet wpns mate_refusals { 10.10.0.2 }\n"
        "add element inet wpns mate_allowed { 10.10.0.2 . 203.0.113.0/24 . 17 . 53, 10.10.0.2 . "
        "203.0.113.7 . 6 . 0-65535 }\n"
        "add element inet wpns mate_quarantined { 10.10.0.2 }\n"
        "add element inet wpns mate_connections { 10.10.0.2 : jump mate_limit_50 }\n"
        "add element inet wpns mate_source_address { 10.10.0.2 : 203.0.113.2 }\n"
        "add element bridge wpns ports { \"veth0-a\" . 02:00:00:00:00:01 . 10.10.0.2 }\n"
        "add element bridge wpns closed { 10.10.0.2 }\n");
    EXPECT_EQ(
        firewall_change_text(of({mate(Egress::quarantine)}), of({mate(Egress::open)})).value(),
        "delete element inet wpns mate_egress { 10.10.0.2 }\n"
        "delete element inet wpns mate_quarantined { 10.10.0.2 }\n"
        "delete element bridge wpns closed { 10.10.0.2 }\n"
        "add element inet wpns mate_egress { 10.10.0.2 : goto egress_open }\n");
}

}  // namespace
}  // namespace wpns::render
