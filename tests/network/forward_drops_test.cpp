#include "host/linux/forward_drops.hpp"

#include <gtest/gtest.h>

#include "network/traffic_world.hpp"

namespace wpns::test {
namespace {

using host::linux_os::NftContext;
using Drops = std::vector<ForwardDrop>;
using Owner = ForwardDrop::Owner;

const Cidr pool = cidr("10.10.0.0/16");

/// Whether a site's traffic passes says who is right.
class ForwardDropsTest : public TrafficTest {
  protected:
    void SetUp() override {
        TrafficTest::SetUp();
        if (!HasFatalFailure()) load();
    }
    static void nft(const std::string& statements) { NftContext().run(statements); }
    [[nodiscard]] Drops drops() const { return firewall->forward_drops(pool); }
    static Reach out() { return connect_tcp("site-a", ip("8.8.8.8"), 443); }
};

TEST_F(ForwardDropsTest, NobodyDropsOnABareHost) {
    EXPECT_EQ(drops(), Drops{});
    EXPECT_EQ(out(), Reach::yes);
}

/// As iptables makes them on Docker's and ufw's behalf.
TEST_F(ForwardDropsTest, ADropByPolicyIsNamedUntilSitesAreAccepted) {
    for (const auto& [user_chain, owner] :
         {std::pair{"DOCKER-USER", Owner::docker}, std::pair{"ufw-user-forward", Owner::ufw}}) {
        const std::string user = user_chain;
        nft("add table ip filter\n"
            "add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }\n"
            "add chain ip filter " +
            user +
            "\nadd chain ip filter between\nadd rule ip filter FORWARD counter jump between\n" +
            "add rule ip filter between jump " + user + "\nadd rule ip filter " + user +
            " ip saddr 192.0.2.0/24 accept\nadd rule ip filter " + user +
            " ip saddr 10.10.0.0/16 tcp dport 22 accept\n");
        EXPECT_EQ(drops(), (Drops{{"ip", "filter", "FORWARD", owner}})) << user;
        EXPECT_NE(out(), Reach::yes) << user;
        nft("insert rule ip filter " + user + " ip saddr 10.10.0.0/16 counter accept\n" +
            "insert rule ip filter " + user +
            " ip daddr 10.10.0.0/16 ct state related,established counter accept\n");
        EXPECT_EQ(drops(), Drops{}) << user;
        EXPECT_EQ(out(), Reach::yes) << user;
        nft("delete table ip filter");
    }
}

TEST_F(ForwardDropsTest, AnybodyElsesChainIsNamedAsItIs) {
    nft("add table inet mine\n"
        "add chain inet mine through { type filter hook forward priority 10; policy drop; }\n"
        "add chain inet mine into { type filter hook input priority 0; policy drop; }\n"
        "add table ip6 six\n"
        "add chain ip6 six through { type filter hook forward priority 0; policy drop; }\n");
    EXPECT_EQ(drops(), (Drops{{"inet", "mine", "through", Owner::other}}));
    EXPECT_NE(out(), Reach::yes);
    nft("add rule inet mine through iifgroup 30576 accept\n"
        "add rule inet mine through oifgroup 30576 ct state established,related accept\n");
    EXPECT_EQ(drops(), Drops{});
    EXPECT_EQ(out(), Reach::yes);
    nft("delete table inet mine\ndelete table ip6 six");
}

}  // namespace
}  // namespace wpns::test
