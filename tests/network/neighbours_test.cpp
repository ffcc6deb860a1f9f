#include "host/neighbours.hpp"

#include <gtest/gtest.h>

#include "fakes/fake_host.hpp"
#include "host/linux/neighbours_nft.hpp"
#include "host/linux/neighbours_ufw.hpp"
#include "host/linux/nft_context.hpp"
#include "model/names.hpp"
#include "network/traffic_world.hpp"

namespace wpns::test {
namespace {

using host::linux_os::NftContext;
using Drops = std::vector<ForwardDrop>;
using Owner = ForwardDrop::Owner;

const Cidr pool = cidr("10.10.0.0/16");
const Cidr6 pool6 = *Cidr6::parse("fd00:10:10::/48");

/// Whether a site's traffic passes says who is right.
class NeighboursTest : public TrafficTest {
  protected:
    void SetUp() override {
        TrafficTest::SetUp();
        if (!HasFatalFailure()) load();
    }
    static void nft(const std::string& statements) { NftContext().run(statements); }
    [[nodiscard]] Passage look() const { return neighbours_->look(pool); }
    [[nodiscard]] Drops drops() const {
        Drops found = look().drops;
        std::erase_if(found, [](const ForwardDrop& drop) { return drop.accepted; });
        return found;
    }
    static Reach out() { return connect_tcp("site-a", ip("8.8.8.8"), 443); }
    /// As iptables makes it on Docker's behalf; the last rule returns.
    static void play_docker() {
        nft("add table ip filter\n"
            "add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }\n"
            "add chain ip filter DOCKER-USER\nadd rule ip filter FORWARD counter jump DOCKER-USER\n"
            "add rule ip filter DOCKER-USER ip saddr 10.10.0.0/16 tcp dport 22 accept\n"
            "add rule ip filter DOCKER-USER counter return\n");
    }
    static std::string docker_user() {
        return NftContext().list("list chain ip filter DOCKER-USER", NftContext::Listing::full);
    }

    fakes::FakeHost fake_;
    std::unique_ptr<host::Neighbours> neighbours_ =
        host::linux_os::make_neighbours(fake_.files, fake_.process);
};

TEST_F(NeighboursTest, NobodyDropsOnABareHost) {
    EXPECT_EQ(look(), Passage{});
    EXPECT_EQ(out(), Reach::yes);
}

/// As iptables makes them on Docker's and ufw's behalf.
TEST_F(NeighboursTest, ADropByPolicyIsSeenUntilTheAdminAcceptsSites) {
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
        EXPECT_EQ(look().docker, std::nullopt) << "it is the admin's";
        EXPECT_EQ(out(), Reach::yes) << user;
        nft("delete table ip filter");
    }
}

TEST_F(NeighboursTest, AnybodyElsesChainIsNamedAsItIs) {
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

/// As firewalld 1.3 and 2.3 make them: the policy is to accept, and the last rule rejects.
TEST_F(NeighboursTest, AFirewalldThatRejectsIsNamedUntilThePoolIsASourceOfATrustedZone) {
    nft("add table inet firewalld\n"
        "add chain inet firewalld filter_FORWARD { type filter hook forward priority 10; policy "
        "accept; }\n"
        "add chain inet firewalld filter_FORWARD_ZONES\n"
        "add chain inet firewalld filter_FWD_public\n"
        "add chain inet firewalld filter_FWD_trusted\n"
        "add chain inet firewalld nothing\n"
        "add rule inet firewalld filter_FORWARD ct state { established, related } accept\n"
        "add rule inet firewalld filter_FORWARD ct status dnat accept\n"
        "add rule inet firewalld filter_FORWARD iifname \"lo\" accept\n"
        "add rule inet firewalld filter_FORWARD ct state invalid drop\n"
        "add rule inet firewalld filter_FORWARD ip6 daddr { ::/96, 2002:a00::/24 } reject with "
        "icmpv6 addr-unreachable\n"
        "add rule inet firewalld filter_FORWARD jump filter_FORWARD_ZONES\n"
        "add rule inet firewalld filter_FORWARD reject with icmpx admin-prohibited\n"
        "add rule inet firewalld filter_FORWARD_ZONES goto filter_FWD_public\n"
        "add rule inet firewalld filter_FWD_public jump nothing\n"
        "add rule inet firewalld filter_FWD_public reject with icmpx admin-prohibited\n"
        "add rule inet firewalld filter_FWD_trusted jump nothing\n"
        "add rule inet firewalld filter_FWD_trusted accept\n");
    const ForwardDrop drop{"inet", "firewalld", "filter_FORWARD", Owner::firewalld};
    EXPECT_EQ(drops(), Drops{}) << "no policy of its own";
    EXPECT_EQ(neighbours_->refusals(pool), Drops{drop});
    EXPECT_NE(out(), Reach::yes);
    ForwardDrop drop6 = drop;
    drop6.ipv6 = true;
    EXPECT_EQ(neighbours_->refusals(pool6), Drops{drop6});
    const std::string source = "insert rule inet firewalld filter_FORWARD_ZONES ";
    nft(source + "ip saddr 10.10.3.0/24 goto filter_FWD_trusted\n" + source +
        "ip saddr 192.0.2.0/24 goto filter_FWD_trusted\n");
    EXPECT_EQ(neighbours_->refusals(pool), Drops{drop}) << "a part of the pool, and none of it";
    nft(source + "ip saddr 10.10.0.0/16 goto filter_FWD_trusted");
    EXPECT_EQ(neighbours_->refusals(pool), Drops{});
    EXPECT_EQ(out(), Reach::yes);
    EXPECT_EQ(neighbours_->refusals(pool6), Drops{drop6});
    nft(source + "ip6 saddr fd00:10::/32 goto filter_FWD_trusted");
    EXPECT_EQ(neighbours_->refusals(pool6), Drops{});
    nft("delete table inet firewalld");
}

/// What is for a part of the packets is for the admin to judge.
TEST_F(NeighboursTest, ARuleForSomePacketsIsNoRefusal) {
    nft("add table ip mine\n"
        "add chain ip mine through { type filter hook forward priority 10; policy accept; }\n"
        "add rule ip mine through ct state established,related accept\n"
        "add rule ip mine through tcp dport 25 drop\n"
        "add rule ip mine through ip daddr 192.0.2.0/24 reject\n"
        "add rule ip mine through oifname \"wg0\" drop\n"
        "add rule ip mine through iifname \"wg1\" drop\n"
        "add rule ip mine through ip saddr != 10.0.0.0/8 drop\n");
    EXPECT_EQ(neighbours_->refusals(pool), Drops{});
    EXPECT_EQ(out(), Reach::yes);
    nft("add rule ip mine through iifname \"veth*\" counter drop");
    EXPECT_EQ(neighbours_->refusals(pool), (Drops{{"ip", "mine", "through", Owner::other}}));
    EXPECT_NE(out(), Reach::yes);
    nft("delete table ip mine");
}

TEST_F(NeighboursTest, WhoDropsIpv6IsNamedByWhoAsksForIt) {
    nft("add table ip6 filter\n"
        "add chain ip6 filter FORWARD { type filter hook forward priority 0; policy drop; }\n"
        "add chain ip6 filter ufw6-user-forward\n"
        "add rule ip6 filter FORWARD jump ufw6-user-forward\n");
    const ForwardDrop drop{"ip6", "filter", "FORWARD", Owner::ufw, false, true};
    EXPECT_EQ(look().drops, Drops{}) << "what a run looks at is IPv4";
    EXPECT_EQ(neighbours_->refusals(pool), Drops{});
    EXPECT_EQ(neighbours_->refusals(pool6), Drops{drop});
    nft("add rule ip6 filter ufw6-user-forward ip6 saddr fd00:10:10::/48 counter accept");
    EXPECT_EQ(neighbours_->refusals(pool6), Drops{});
    nft("delete table ip6 filter");
}

TEST_F(NeighboursTest, OursGoesIntoDockersChainAndOutOfItAgain) {
    play_docker();
    const std::string before = docker_user();
    EXPECT_EQ(look(), (Passage{.drops = {{"ip", "filter", "FORWARD", Owner::docker}}}));
    EXPECT_NE(out(), Reach::yes);
    neighbours_->accept(names::in_docker, pool);
    EXPECT_EQ(look().docker, Accept{pool});
    EXPECT_EQ(drops(), Drops{});
    EXPECT_EQ(out(), Reach::yes);
    EXPECT_NE(connect_tcp("site-a", ip("10.10.1.6"), 3306), Reach::yes) << "our own table";
    EXPECT_NE(connect_tcp("world", ip("10.10.1.2"), 3306), Reach::yes) << "our own table";
    neighbours_->take_back(names::in_docker);
    EXPECT_EQ(docker_user(), before);
    EXPECT_NE(out(), Reach::yes);
    neighbours_->take_back(names::in_docker);
    nft("delete table ip filter");
    neighbours_->take_back(names::in_docker);
}

TEST_F(NeighboursTest, WhatIsLeftOfOursIsReplaced) {
    play_docker();
    const std::string before = docker_user();
    neighbours_->accept(names::in_docker, cidr("10.9.0.0/16"));
    EXPECT_EQ(look().docker, Accept{cidr("10.9.0.0/16")});
    neighbours_->accept(names::in_docker, pool);
    EXPECT_EQ(look().docker, Accept{pool});
    nft("insert rule ip filter DOCKER-USER ip daddr 10.10.0.0/16 accept comment \"made by wpns\"");
    EXPECT_EQ(look().docker, Accept{}) << "one too many";
    neighbours_->accept(names::in_docker, pool);
    EXPECT_EQ(look().docker, Accept{pool});
    neighbours_->take_back(names::in_docker);
    EXPECT_EQ(docker_user(), before);
    EXPECT_THROW(
        {
            nft("delete table ip filter");
            neighbours_->accept(names::in_docker, pool);
        },
        Error);
}

TEST(Ufw, OursIsKnownByItsComment) {
    const auto find = host::linux_os::accept_in;
    const std::string tuple = "### tuple ### route:allow any any 0.0.0.0/0 any 10.10.0.0/16 in";
    EXPECT_EQ(find(""), std::nullopt);
    EXPECT_EQ(find("*filter\n" + tuple + "\n"), std::nullopt);
    EXPECT_EQ(find(tuple + " comment=6d696e65\n"), std::nullopt);
    EXPECT_EQ(find("*filter\n\n" + tuple + " comment=6d6164652062792077706e73\n-A x\n"),
              Accept{pool});
    EXPECT_EQ(find("### tuple ### allow any any 0.0.0.0/0 any 10.10.0.0/16 in "
                   "comment=6d6164652062792077706e73\n"),
              std::nullopt)
        << "no rule of what is forwarded";
}

}  // namespace
}  // namespace wpns::test
