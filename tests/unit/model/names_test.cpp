#include "model/names.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wpns {
namespace {

SiteName named(std::string_view name) {
    return *SiteName::parse(name);
}

TEST(Names, FollowFromTheNameOfTheSite) {
    const auto a = named("site-a");
    EXPECT_EQ(names::account(a), "wp-site-a");
    EXPECT_EQ(names::db_account(a), "wp-site-a-db");
    EXPECT_EQ(names::rendered_dir(a), "/etc/wpns/rendered/site-a");
    EXPECT_EQ(names::run_dir(a), "/run/wpns/site-a");
    EXPECT_EQ(names::netns_path(a), "/run/netns/site-a");
    EXPECT_EQ(names::vhost_path(a), "/etc/nginx/wpns.d/site-a.conf");
    EXPECT_EQ(names::unit(a, "php", "service"), "wpns-php@site-a.service");
    EXPECT_EQ(names::target(a), "wpns@site-a.target");
}

TEST(Names, SliceEscapesDashesSoThatItIsOneLevelBelowWpns) {
    EXPECT_EQ(names::slice(named("site-a")), "wpns-site\\x2da.slice");
    EXPECT_EQ(names::slice(named("a-b-c")), "wpns-a\\x2db\\x2dc.slice");
    EXPECT_EQ(names::slice(named("blog")), "wpns-blog.slice");
    EXPECT_EQ(names::staging_slice(named("site-a")), "wpns-site\\x2da-restore.slice");
    EXPECT_EQ(names::proof_slice(named("site-a")), "wpns-_proof-site\\x2da.slice");
}

TEST(Names, SocketsStandBesideThoseOfSomeOthers) {
    EXPECT_EQ(names::listening_slice(64), "system-wpns\\x2dsockets-2.slice");
    EXPECT_EQ(names::listening_slice(95), names::listening_slice(64));
    EXPECT_NE(names::listening_slice(96), names::listening_slice(64));
}

TEST(Names, AccountsFitIntoThirtyTwoCharacters) {
    EXPECT_LE(names::db_account(named("abcdefghijklmnopqrstuvwx")).size(), 32U);
}

TEST(LinkNames, AreFullWhereTheyFit) {
    EXPECT_EQ(names::host_link(named("site-a")), (names::LinkName{"veth0-site-a", "veth0-site-a"}));
    EXPECT_EQ(names::site_link(named("site-a")), (names::LinkName{"veth1-site-a", "veth1-site-a"}));
    EXPECT_EQ(names::host_link(named("ninechars")).name, "veth0-ninechars");
}

// The short name is on hosts: it must be the same in every version.
TEST(LinkNames, AreShortAndStableWhereTheFullOneIsTooLong) {
    const auto ten = named("tenletters");
    EXPECT_EQ(names::host_link(ten), (names::LinkName{"veth0-_te55b2k3", "veth0-tenletters"}));
    EXPECT_EQ(names::site_link(ten), (names::LinkName{"veth1-_te55b2k3", "veth1-tenletters"}));
}

TEST(LinkNames, OfTenThousandSitesAreDifferentAndFit) {
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) {
        const auto link = names::host_link(named("customer-site-" + std::to_string(i)));
        EXPECT_EQ(link.name.size(), 15U);
        EXPECT_TRUE(seen.insert(link.name).second) << link.full;
    }
}

}  // namespace
}  // namespace wpns
