#include <gtest/gtest.h>

#include <functional>

#include "base/error.hpp"
#include "host/linux/nft_context.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using host::linux_os::make_firewall;
using host::linux_os::NftContext;
using Sites = std::map<std::string, FirewallSite>;

class TableTest : public World {
  protected:
    static void nft(const std::string& statements) { NftContext().run(statements); }
    static std::string list(const std::string& command) {
        return NftContext().list(command, NftContext::Listing::full);
    }
    void load(const FirewallTable& which) { firewall->load(which, std::vector{a, b}); }

    const FirewallTable table = table_with({ip("9.9.9.9"), ip("192.168.77.1")});
    const FirewallSite a = firewall_of(link_of("site-a", 0));
    const FirewallSite b = firewall_of(link_of("site-b", 1), Egress::web);
    const Sites both{{a.link, a}, {b.link, b}};
};

TEST_F(TableTest, BareHostHasNone) {
    EXPECT_EQ(firewall->table(table), std::nullopt);
    EXPECT_EQ(firewall->sites(), Sites{});
    EXPECT_NO_THROW(firewall->remove_table());
}

TEST_F(TableTest, LoadedTableIsAsWanted) {
    load(table);
    EXPECT_EQ(firewall->table(table), table);
    EXPECT_EQ(firewall->sites(), both);
    // Another process sees the same.
    EXPECT_EQ(make_firewall()->table(table), table);
    EXPECT_EQ(make_firewall()->sites(), both);
}

TEST_F(TableTest, LoadReplacesWhateverIsThere) {
    nft("table inet wpns {\n chain forward {\n type filter hook forward priority 0; drop\n }\n "
        "}\n");
    EXPECT_EQ(firewall->table(table)->digest, "changed");
    EXPECT_EQ(firewall->sites(), Sites{});
    load(table);
    const std::string first = list("list table inet wpns");
    load(table);
    EXPECT_EQ(list("list table inet wpns"), first);
    nft("delete table inet wpns");
    EXPECT_EQ(firewall->table(table), std::nullopt);
    load(table);
    EXPECT_EQ(list("list table inet wpns"), first);
    EXPECT_EQ(firewall->table(table), table);
}

TEST_F(TableTest, OtherTextHasAnotherDigest) {
    load(table);
    const FirewallTable other = table_with({ip("9.9.9.10")});
    EXPECT_EQ(firewall->table(other)->digest, table.digest);
    EXPECT_NE(firewall->table(other), other);
}

TEST_F(TableTest, WithNothingWantedTheDigestIsThatOfTheComment) {
    load(table);
    nft("flush chain inet wpns forward");
    EXPECT_EQ(firewall->table(FirewallTable{})->digest, table.digest);
}

TEST_F(TableTest, TablesOfOthersStay) {
    nft("table inet foreign {\n chain c {\n }\n }\n");
    load(table);
    firewall->remove_table();
    EXPECT_NE(list("list tables").find("table inet foreign"), std::string::npos);
    EXPECT_EQ(list("list tables").find("wpns"), std::string::npos);
    nft("delete table inet foreign");
}

struct Drift {
    const char* name;
    const char* statements;
};
std::string title_of(const ::testing::TestParamInfo<Drift>& info) {
    return info.param.name;
}

class DriftTest : public TableTest, public ::testing::WithParamInterface<Drift> {};

TEST_P(DriftTest, OfTheFixedPartShows) {
    load(table);
    ASSERT_EQ(firewall->table(table), table);
    nft(GetParam().statements);
    EXPECT_EQ(firewall->table(table)->digest, "changed");
    EXPECT_EQ(make_firewall()->table(table)->digest, "changed");
    load(table);
    EXPECT_EQ(firewall->table(table), table);
}

INSTANTIATE_TEST_SUITE_P(
    All, DriftTest,
    ::testing::Values(Drift{"RulesFlushed", "flush chain inet wpns forward"},
                      Drift{"RuleAdded", "add rule inet wpns outbound accept"},
                      Drift{"RuleInFront", "insert rule inet wpns input accept"},
                      Drift{"PrivateRangeGone",
                            "delete element inet wpns private { 169.254.0.0/16 }"},
                      Drift{"PrivateRangeAdded", "add element inet wpns private { 8.0.0.0/8 }"},
                      Drift{"ResolverAdded", "add element inet wpns resolvers { 10.0.0.1 }"},
                      Drift{"ResolverGone", "delete element inet wpns resolvers { 9.9.9.9 }"},
                      Drift{"ChainAdded", "add chain inet wpns more"},
                      Drift{"Policy", "chain inet wpns forward {\n policy drop;\n }"},
                      Drift{"Dormant", "table inet wpns {\n flags dormant;\n }"}),
    title_of);

TEST_F(TableTest, OneDeletedRuleShows) {
    load(table);
    const std::string rules =
        NftContext().list("list chain inet wpns forward", NftContext::Listing::json);
    const std::string mark = "\"handle\": ";
    const auto at = rules.rfind(mark) + mark.size();
    nft("delete rule inet wpns forward handle " +
        rules.substr(at, rules.find_first_of(",}", at) - at));
    EXPECT_EQ(firewall->table(table)->digest, "changed");
}

TEST_F(TableTest, ElementsOfSitesAreNotDriftOfTheTable) {
    load(table);
    firewall->change(std::vector{firewall_of(link_of("site-c", 2))}, {});
    EXPECT_EQ(firewall->table(table), table);
}

TEST_F(TableTest, DriftOfASiteShowsAndIsPutRight) {
    for (const char* harm :
         {"delete element inet wpns sources { \"veth0-site-a\" . 10.10.1.2 }",
          "delete element inet wpns gateways { \"veth0-site-a\" . 10.10.1.1 }",
          "delete element inet wpns refusals { \"veth0-site-a\" }",
          "add element inet wpns quarantined { \"veth0-site-a\" }",
          "add element inet wpns allowed { \"veth0-site-a\" . 10.0.0.0/8 . 6 . 22 }",
          "add element inet wpns connections { \"veth0-site-a\" : jump limit_50 }",
          "add element inet wpns source_address { \"veth0-site-a\" : 9.9.9.9 }",
          "add element inet wpns sources { \"veth0-site-a\" . 10.10.1.6 }",
          "add element inet wpns gateways { \"veth0-site-a\" . 10.10.1.5 }",
          "delete element inet wpns egress { \"veth0-site-a\" }",
          "delete element inet wpns egress { \"veth0-site-a\" }\n"
          "add element inet wpns egress { \"veth0-site-a\" : accept }"}) {
        load(table);
        nft(harm);
        EXPECT_NE(firewall->sites().at(a.link), a) << harm;
        EXPECT_EQ(firewall->sites().at(b.link), b) << harm;
        firewall->change(std::vector{a}, {});
        EXPECT_EQ(firewall->sites(), both) << harm;
        EXPECT_EQ(make_firewall()->sites(), both) << harm;
    }
}

/// Ranges that the program would write otherwise cannot be taken out one by one: the table goes.
TEST_F(TableTest, RangesThatSomebodyPutIntoAnAllowListAreDriftOfTheTable) {
    for (const char* element :
         {"allowed { \"veth0-site-a\" . 10.0.0.5-10.0.0.9 . 6 . 22 }",
          "allowed { \"veth0-site-a\" . 10.0.0.0/8 . 6 . 22-80 }",
          "allowed { \"veth0-site-a\" . 10.0.0.0/8 . 6-17 . 22 }",
          "resolved { \"veth0-site-a\" . 10.0.0.5-10.0.0.9 . 6 . 22 timeout 1h }"}) {
        load(table);
        EXPECT_EQ(firewall->table(table), table);
        nft(std::string("add element inet wpns ") + element);
        EXPECT_EQ(firewall->table(table)->digest, "changed") << element;
        EXPECT_EQ(firewall->sites().size(), 2U) << element;
        load(table);
        EXPECT_EQ(firewall->table(table), table) << element;
        EXPECT_EQ(firewall->sites(), both) << element;
    }
}

TEST_F(TableTest, ChangeAddsChangesAndRemovesInOneGo) {
    load(table);
    const FirewallSite c = firewall_of(link_of("site-c", 2), Egress::none);
    FirewallSite moved = b;
    moved.address = ip("10.10.3.2");
    moved.gateway = ip("10.10.3.1");
    moved.egress = Egress::open;
    firewall->change(std::vector{c, moved}, std::vector{a});
    EXPECT_EQ(firewall->sites(), (Sites{{moved.link, moved}, {c.link, c}}));
    const std::string sources = list("list set inet wpns sources");
    EXPECT_EQ(sources.find("10.10.1.6"), std::string::npos) << sources;
    firewall->change(std::vector{c, moved}, std::vector{a});
    EXPECT_EQ(firewall->sites(), (Sites{{moved.link, moved}, {c.link, c}}));
}

TEST_F(TableTest, ChangeCopesWithWhatAnotherProcessDidMeanwhile) {
    load(table);
    firewall->change(std::vector{a}, {});
    make_firewall()->change({}, std::vector{a});
    firewall->change({}, std::vector{a});
    FirewallSite closed = b;
    closed.egress = Egress::none;
    make_firewall()->change(std::vector{closed}, {});
    FirewallSite open = b;
    open.egress = Egress::open;
    firewall->change(std::vector{open}, {});
    EXPECT_EQ(firewall->sites(), (Sites{{open.link, open}}));
}

ErrorKind refusal_of(const std::function<void()>& work, std::string& text) {
    try {
        work();
    } catch (const Error& error) {
        text = error.message();
        return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::bug;
}

TEST_F(TableTest, ChangeWithoutATableSaysSo) {
    std::string text;
    EXPECT_EQ(refusal_of([&] { firewall->change(std::vector{a}, {}); }, text), ErrorKind::missing);
    load(table);
    firewall->change(std::vector{a}, {});
    nft("delete table inet wpns");
    EXPECT_EQ(refusal_of([&] { firewall->change({}, std::vector{a}); }, text), ErrorKind::missing);
    EXPECT_NE(text.find("table inet wpns is not there"), std::string::npos) << text;
}

TEST_F(TableTest, WhatNftRefusesIsPassedOnInItsWordsAndChangesNothing) {
    load(table);
    FirewallTable broken = table;
    broken.text += "add rule inet wpns nowhere accept\n";
    std::string text;
    EXPECT_EQ(refusal_of([&] { load(broken); }, text), ErrorKind::failed);
    EXPECT_NE(text.find("load table inet wpns: nft: "), std::string::npos) << text;
    EXPECT_NE(text.find("No such file or directory"), std::string::npos) << text;
    EXPECT_EQ(firewall->table(table), table);
    EXPECT_EQ(firewall->sites(), both);
}

TEST_F(TableTest, LinkNameThatCouldAddAStatementIsRefused) {
    load(table);
    FirewallSite evil = a;
    evil.link = "x\" } ; flush\"";
    std::string text;
    EXPECT_EQ(refusal_of([&] { firewall->change(std::vector{evil}, {}); }, text), ErrorKind::bug);
    EXPECT_EQ(firewall->sites(), both);
}

}  // namespace
}  // namespace wpns::test
