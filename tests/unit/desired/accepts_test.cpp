#include "desired/accepts.hpp"

#include <gtest/gtest.h>

#include "model/names.hpp"
#include "render/accept_text.hpp"
#include "render/firewall_text.hpp"

namespace wpns::desired {
namespace {

using Places = std::set<std::string>;
using Owner = ForwardDrop::Owner;

ForwardDrop drop_of(Owner owner, bool accepted = false) {
    return {"ip", "filter", "FORWARD", owner, accepted};
}

TEST(Accepts, AreWhereTheOwnerDropsAndTheAdminHasNone) {
    EXPECT_EQ(accepts({}), Places{});
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::docker)}}), Places{names::in_docker});
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::ufw)}}), Places{names::in_ufw});
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::docker, true)}}), Places{});
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::ufw, true)}}), Places{});
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::other)}}), Places{}) << "where would it go?";
}

TEST(Accepts, OfOursStay) {
    const Accept ours{*Cidr::parse("10.10.0.0/16")};
    EXPECT_EQ(accepts({.drops = {drop_of(Owner::docker, true)}, .docker = ours}),
              Places{names::in_docker});
    EXPECT_EQ(accepts({.docker = ours}), Places{names::in_docker}) << "Docker is off";
    EXPECT_EQ(accepts({.docker = Accept{}}), Places{names::in_docker}) << "a part of it";
    EXPECT_EQ(accepts({.ufw = ours}), Places{names::in_ufw});
}

TEST(AcceptText, ReplacesInOneTransaction) {
    EXPECT_EQ(render::docker_accept_text({7, 8}, *Cidr::parse("10.10.0.0/16")),
              "delete rule ip filter DOCKER-USER handle 7\n"
              "delete rule ip filter DOCKER-USER handle 8\n"
              "insert rule ip filter DOCKER-USER ip daddr 10.10.0.0/16 counter accept comment "
              "\"made by wpns\"\n"
              "insert rule ip filter DOCKER-USER ip saddr 10.10.0.0/16 counter accept comment "
              "\"made by wpns\"\n");
    EXPECT_EQ(render::docker_accept_text({}, std::nullopt), "");
    EXPECT_EQ(render::ufw_comment(render::accept_mark), "6d6164652062792077706e73");
}

TEST(FirewallText, KnowsItsPool) {
    for (const char* text : {"10.10.0.0/16", "172.20.0.0/14"})
        for (const auto groups : {render::Groups::none, render::Groups::some})
            for (const std::optional<Cidr6>& pool6 :
                 {std::optional<Cidr6>(), std::optional(*Cidr6::parse("fd00:10:10::/48"))})
                EXPECT_EQ(render::firewall_pool(
                              render::firewall_table_text(*Cidr::parse(text), {}, pool6, groups)),
                          *Cidr::parse(text));
    EXPECT_EQ(render::firewall_pool("table inet wpns {}\n"), std::nullopt);
}

}  // namespace
}  // namespace wpns::desired
