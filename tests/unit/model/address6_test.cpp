#include "model/address6.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

TEST(Address6, IsReadAndWritten) {
    EXPECT_EQ(Ipv6::parse("FD00:10:010:0::1")->str(), "fd00:10:10::1");
    EXPECT_EQ(Ipv6{}.str(), "::");
    for (const char* text : {"::1", "1::", "1:0:0:2::3", "1:2:3:4:5:6:7:8", "1:0:2:3:4:5:6:7",
                             "0:1::", "2001:db8::a00:1"})
        EXPECT_EQ(Ipv6::parse(text)->str(), text);
    // As libc, and so nft, writes some of them.
    EXPECT_EQ(Ipv6::parse("::10.0.0.1")->str(), "::a00:1");
    EXPECT_EQ(Ipv6::parse("::ffff:1.2.3.4")->str(), "::ffff:102:304");
    for (const char* text :
         {"", "1", "fd00", "fd00::1%eth0", "1.2.3.4", "g::1", ":::", "1::2::3", "1:", "::1.2.3.4:5",
          "1:2:3:4:5:6:7::8", "00001::", "1:2:3:4:5:6:7:8:9", "[::1]", "::1 "})
        EXPECT_FALSE(Ipv6::parse(text)) << text;
}

TEST(Address6, NetworksHaveNoHostBits) {
    EXPECT_EQ(Cidr6::parse("fd00:10:10::/48")->str(), "fd00:10:10::/48");
    EXPECT_EQ(Cidr6::parse("fd00::1/64").error(),
              "has bits set right of the prefix; the network is fd00::/64");
    for (const char* text : {"fd00::", "fd00::/", "fd00::/129", "fd00::/064", "fd00::/-1"})
        EXPECT_FALSE(Cidr6::parse(text)) << text;
}

TEST(Address6, PartsAreCountedFromTheFirst) {
    const auto pool = *Cidr6::parse("fd00:10:10::/48");
    EXPECT_EQ(pool.part(0, 64).str(), "fd00:10:10::/64");
    EXPECT_EQ(pool.part(64, 64).str(), "fd00:10:10:40::/64");
    EXPECT_EQ(pool.part(16383, 64).str(), "fd00:10:10:3fff::/64");
    EXPECT_EQ(pool.part(64, 64).at(2).str(), "fd00:10:10:40::2");
    EXPECT_EQ(Cidr6::parse("2001:db8::/64")->part(64, 112).str(), "2001:db8::40:0/112");
}

TEST(Address6, WhatIsLeftWithoutAHoleIsEverythingElse) {
    const auto texts = [](const char* network, const char* hole) {
        std::string text;
        for (const Cidr6& part : Cidr6::parse(network)->without(*Cidr6::parse(hole)))
            text += part.str() + " ";
        return text;
    };
    EXPECT_EQ(texts("2001:db8::/32", "2001:db9::/32"), "2001:db8::/32 ");
    EXPECT_EQ(texts("2001:db8::/32", "2001:db8::/32"), "");
    EXPECT_EQ(texts("2001:db8::/32", "2001::/16"), "");
    EXPECT_EQ(texts("2001:db8::/32", "2001:db8:8000::/35"),
              "2001:db8::/33 2001:db8:a000::/35 2001:db8:c000::/34 ");
    EXPECT_EQ(texts("2001:db8::/126", "2001:db8::2/128"), "2001:db8::/127 2001:db8::3/128 ");
    EXPECT_EQ(Cidr6::parse("::/0")->without(*Cidr6::parse("2001:db8::1/128")).size(), 128U);
}

TEST(Address6, ContainsAndOverlaps) {
    const auto pool = *Cidr6::parse("fd00:10:10::/44");
    EXPECT_TRUE(pool.contains(*Ipv6::parse("fd00:10:1f:ffff::1")));
    EXPECT_FALSE(pool.contains(*Ipv6::parse("fd00:10:20::1")));
    EXPECT_TRUE(Cidr6::parse("fd00::/16")->overlaps(pool));
    EXPECT_FALSE(pool.overlaps(*Cidr6::parse("fd00:11::/32")));
    EXPECT_TRUE(is_unique_local(pool));
    EXPECT_FALSE(is_unique_local(*Cidr6::parse("2001:db8::/32")));
}

}  // namespace
}  // namespace wpns
