#include "render/firewall_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace wpns::render {
namespace {

Ipv4 ip_of(const char* text) {
    return Ipv4::parse(text).value();
}

const Cidr pool = Cidr::parse("10.10.0.0/16").value();

bool has_line(const std::string& text, std::string_view wanted) {
    for (const std::string_view line : split(text, '\n'))
        if (trim(line) == wanted) return true;
    return false;
}

/// The lines of one chain or set, trimmed, without its head and its closing brace.
std::vector<std::string> block(const std::string& text, const std::string& head) {
    const std::string start = "\t" + head + " {\n";
    const auto from = text.find(start);
    if (from == std::string::npos) return {"no " + head};
    const auto begin = from + start.size();
    const std::string inner = text.substr(begin, text.find("\t}\n", begin) - begin);
    std::vector<std::string> lines;
    for (const std::string_view line : split(inner, '\n'))
        if (!trim(line).empty()) lines.emplace_back(trim(line));
    return lines;
}

using Lines = std::vector<std::string>;

TEST(FirewallTableText, IsOneBlockOfTableInetWpns) {
    const std::string text = firewall_table_text(pool, {});
    EXPECT_TRUE(text.starts_with("table inet wpns {\n"));
    EXPECT_TRUE(text.ends_with("\t}\n}\n"));
}

TEST(FirewallTableText, OldNftCanReadIt) {
    const std::string text = firewall_table_text(pool, {ip_of("9.9.9.9")});
    EXPECT_EQ(text.find("destroy"), std::string::npos);
    for (const std::string_view line : split(text, '\n'))
        EXPECT_EQ(line.find("} }"), std::string_view::npos) << line;
}

TEST(FirewallTableText, NoMarkIsLeftUnfilled) {
    const std::string text = firewall_table_text(pool, {});
    for (const char* mark : {"GROUP", "POOL", "PRIVATE", "RESOLVERS", "NEWCOMERS", "LIMIT_"})
        EXPECT_EQ(text.find(mark), std::string::npos) << mark;
}

TEST(FirewallTableText, PoolIsMasqueradedAndNotReachable) {
    const std::string text = firewall_table_text(Cidr::parse("172.20.0.0/14").value(), {});
    EXPECT_TRUE(has_line(
        text, "iifgroup 30576 oifgroup != 30576 ip saddr 172.20.0.0/14 masquerade fully-random"));
    EXPECT_TRUE(has_line(text, "ip daddr 172.20.0.0/14 goto refuse"));
    EXPECT_EQ(text.find("10.10."), std::string::npos);
}

TEST(FirewallTableText, ResolversAreASortedSetWithoutDoubles) {
    const std::string text =
        firewall_table_text(pool, {ip_of("192.168.1.1"), ip_of("9.9.9.9"), ip_of("192.168.1.1")});
    EXPECT_EQ(block(text, "set resolvers"),
              (Lines{"type ipv4_addr", "elements = { 9.9.9.9, 192.168.1.1 }"}));
    EXPECT_EQ(text, firewall_table_text(pool, {ip_of("9.9.9.9"), ip_of("192.168.1.1")}));
}

TEST(FirewallTableText, NoResolversMakeAnEmptySet) {
    EXPECT_EQ(block(firewall_table_text(pool, {}), "set resolvers"), Lines{"type ipv4_addr"});
}

TEST(FirewallTableText, ForwardLetsForeignTrafficThroughFirst) {
    const Lines rules = block(firewall_table_text(pool, {}), "chain forward");
    ASSERT_GT(rules.size(), 2U);
    EXPECT_EQ(rules[0], "type filter hook forward priority filter; policy accept;");
    EXPECT_EQ(rules[1], "iifgroup != 30576 oifgroup != 30576 return");
}

TEST(FirewallTableText, ForwardRefusesInOrderBeforePolicies) {
    const Lines rules = block(firewall_table_text(pool, {}), "chain forward");
    const Lines tail(rules.end() - 5, rules.end());
    EXPECT_EQ(tail, (Lines{"iifgroup != 30576 drop", "oifgroup 30576 goto refuse",
                           "iifname vmap @connections", "iifname vmap @egress", "goto refuse"}));
}

TEST(FirewallTableText, EveryChainThatSeesOurTrafficEndsClosed) {
    const std::string text = firewall_table_text(pool, {});
    EXPECT_EQ(block(text, "chain prerouting").back(), "drop");
    for (const char* chain : {"chain input", "chain forward", "chain listed", "chain egress_none",
                              "chain egress_quarantine"})
        EXPECT_EQ(block(text, chain).back(), "goto refuse") << chain;
    for (const char* chain : {"chain egress_web", "chain egress_allow"})
        EXPECT_EQ(block(text, chain).back(), "goto listed") << chain;
    for (const char* chain : {"chain refuse", "chain refuse_port"})
        EXPECT_EQ(block(text, chain).back(), "goto reject_now") << chain;
}

TEST(FirewallTableText, ThePoolIsRefusedBeforeAnyAllowListIsAsked) {
    const Lines rules = block(firewall_table_text(pool, {}), "chain outbound");
    const auto at = [&](const std::string& rule) {
        return std::ranges::find(rules, rule) - rules.begin();
    };
    EXPECT_LT(at("ip daddr 10.10.0.0/16 goto refuse"), at("ip daddr @private goto listed"));
    EXPECT_LT(at("ip daddr @private goto listed"), std::ssize(rules));
}

TEST(FirewallTableText, WhatTrafficMayFillHasASize) {
    const std::string text = firewall_table_text(pool, {});
    for (const char* set : {"set refused", "set refused_other"}) {
        const Lines lines = block(text, set);
        EXPECT_NE(std::ranges::find(lines, "flags dynamic,timeout"), lines.end()) << set;
        EXPECT_NE(
            std::ranges::find_if(lines, [](const auto& line) { return line.starts_with("size "); }),
            lines.end())
            << set;
    }
}

TEST(FirewallText, WithoutAnIpv6PoolThereIsNothingOfIt) {
    const std::string text = firewall_table_text(pool, {});
    EXPECT_FALSE(firewall_has_ipv6(text));
    EXPECT_EQ(text.find("ip6"), text.npos);
    EXPECT_NE(text.find("\t\tmeta nfproto ipv6 drop\n"), text.npos);
}

TEST(FirewallText, AllowListsHaveSetsForBothFamiliesWhichAreAskedBeforeTheRefusal) {
    const std::string text = firewall_table_text(pool, {}, Cidr6::parse("fd00:10:10::/48").value());
    EXPECT_EQ(block(text, "set allowed6"),
              (Lines{"type ifname . ipv6_addr . inet_proto . inet_service", "flags interval"}));
    EXPECT_EQ(
        block(text, "set resolved6"),
        (Lines{"type ifname . ipv6_addr . inet_proto . inet_service", "flags interval,timeout"}));
    const std::string front = "meta l4proto { tcp, udp } iifname . ";
    const std::string back = " daddr . meta l4proto . th dport @";
    EXPECT_EQ(
        block(text, "chain listed"),
        (Lines{front + "ip" + back + "allowed accept", front + "ip" + back + "resolved accept",
               front + "ip6" + back + "allowed6 accept", front + "ip6" + back + "resolved6 accept",
               "goto refuse"}));
    const Lines rules = block(text, "chain outbound");
    const auto at = [&](const std::string& rule) {
        return std::ranges::find(rules, rule) - rules.begin();
    };
    EXPECT_LT(at("ip6 daddr fd00:10:10::/48 goto refuse"), at("ip6 daddr @private6 goto listed"));
    EXPECT_LT(at("ip6 daddr @private6 goto listed"), std::ssize(rules));
    for (const std::string_view line : split(text, '\n'))
        EXPECT_EQ(line.find("} }"), std::string_view::npos) << line;
}

TEST(FirewallText, GroupsHaveTheRulesOfBothFamiliesWithAnIpv6Pool) {
    const auto pool6 = Cidr6::parse("fd00:10:10::/48").value();
    const std::string text = firewall_table_text(pool, {}, pool6, Groups::some);
    for (const char* mark : {"%", "IP saddr", "IP daddr", "ADDRESS_TYPE", "ICMP", "SHARED",
                             "LIMIT_", "NEWCOMERS", "GATEWAY"})
        EXPECT_EQ(text.find(mark), std::string::npos) << mark;
    for (const std::string_view line : split(text, '\n'))
        EXPECT_EQ(line.find("} }"), std::string_view::npos) << line;
    EXPECT_EQ(block(text, "chain inside6"),
              (Lines{"ip6 saddr @mate_quarantined6 goto refuse",
                     "ip6 daddr @mate_quarantined6 goto refuse", "accept"}));
    EXPECT_EQ(block(text, "chain mate_refuse6").back(), "goto reject_now");
    // Nothing of neighbours or routers passes, and everything else goes to the host.
    const Lines routed = block(text, "chain routed");
    ASSERT_EQ(routed.size(), 3U);
    EXPECT_EQ(routed.front(), "iifname . ether saddr . ip6 saddr != @ports6 drop");
    EXPECT_NE(routed[1].find("nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } drop"),
              std::string::npos);
    EXPECT_EQ(routed.back(), "goto to_host");
    const std::string without = firewall_table_text(pool, {}, {}, Groups::some);
    EXPECT_EQ(without.find("ip6"), std::string::npos);
    EXPECT_EQ(without.find("mates6"), std::string::npos);
}

TEST(FirewallText, AnIpv6PoolIsTranslatedWhereItIsPrivate) {
    const std::string local =
        firewall_table_text(pool, {}, Cidr6::parse("fd00:10:10::/48").value());
    EXPECT_TRUE(firewall_has_ipv6(local));
    EXPECT_EQ(local.find("nfproto ipv6 drop"), local.npos);
    EXPECT_EQ(local.find("SIX"), local.npos);
    EXPECT_NE(local.find("ip6 saddr fd00:10:10::/48 masquerade"), local.npos);
    const std::string routed = firewall_table_text(pool, {}, Cidr6::parse("2001:db8::/48").value());
    EXPECT_EQ(routed.find("ip6 saddr 2001:db8"), routed.npos);
    EXPECT_NE(routed.find("ip6 daddr 2001:db8::/48 goto refuse"), routed.npos);
}

}  // namespace
}  // namespace wpns::render
