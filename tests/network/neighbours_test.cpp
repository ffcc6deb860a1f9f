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
