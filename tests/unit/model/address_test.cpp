#include "model/address.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

TEST(Ipv4, ReadsAndWritesDottedQuads) {
    for (const char* text : {"0.0.0.0", "10.10.1.2", "255.255.255.255"})
        EXPECT_EQ(Ipv4::parse(text).value().str(), text);
    EXPECT_EQ(Ipv4::parse("10.10.1.2").value().value, 0x0a0a0102U);
}

TEST(Ipv4, RefusesEverythingElse) {
    for (const char* text :
         {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-1", "1.2.3.+1", "01.2.3.4", "1.2..4",
          "1.2.3.4 ", " 1.2.3.4", "a.b.c.d", "0x1.2.3.4", "1.2.3.4\n", "::1"})
        EXPECT_FALSE(Ipv4::parse(text)) << text;
}

TEST(Cidr, ReadsAndWritesNetworks) {
    for (const char* text : {"0.0.0.0/0", "10.0.0.0/8", "10.10.1.0/30", "10.10.1.1/32"})
        EXPECT_EQ(Cidr::parse(text).value().str(), text);
}

TEST(Cidr, RefusesWithAReason) {
    EXPECT_EQ(Cidr::parse("10.0.0.0").error(), "has no prefix length such as /30");
    EXPECT_EQ(Cidr::parse("10.0.0.0/33").error(),
              "has a prefix length that is no number from 0 to 32");
    EXPECT_EQ(Cidr::parse("10.10.1.1/30").error(),
              "has bits set right of the prefix; the network is 10.10.1.0/30");
    for (const char* text :
         {"", "/", "10.0.0.0/", "/8", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8"})
        EXPECT_FALSE(Cidr::parse(text)) << text;
}

TEST(Cidr, HoldsAddressesAndNetworks) {
    const Cidr pool = Cidr::parse("10.10.0.0/16").value();
    EXPECT_TRUE(pool.contains(Ipv4::parse("10.10.255.255").value()));
    EXPECT_FALSE(pool.contains(Ipv4::parse("10.11.0.0").value()));
    EXPECT_TRUE(pool.contains(pool));
    EXPECT_TRUE(pool.contains(Cidr::parse("10.10.1.0/30").value()));
    EXPECT_FALSE(pool.contains(Cidr::parse("10.0.0.0/8").value()));
    EXPECT_TRUE(Cidr::parse("0.0.0.0/0").value().contains(pool));
}

TEST(Cidr, OverlapIsSymmetric) {
    const Cidr wide = Cidr::parse("10.0.0.0/8").value();
    const Cidr narrow = Cidr::parse("10.10.1.0/30").value();
    const Cidr other = Cidr::parse("10.10.1.4/30").value();
    EXPECT_TRUE(wide.overlaps(narrow));
    EXPECT_TRUE(narrow.overlaps(wide));
    EXPECT_FALSE(narrow.overlaps(other));
    EXPECT_FALSE(other.overlaps(narrow));
}

TEST(Cidr, CountsAndCutsAddresses) {
    const Cidr network = Cidr::of(Ipv4::parse("10.10.1.7").value(), 30);
    EXPECT_EQ(network.str(), "10.10.1.4/30");
    EXPECT_EQ(network.size(), 4U);
    EXPECT_EQ(network.at(2).str(), "10.10.1.6");
    EXPECT_EQ(Cidr::of(Ipv4{}, 0).size(), std::uint64_t{1} << 32U);
}

TEST(Mac, ReadsAndWrites) {
    EXPECT_EQ(Mac::parse("02:1F:00:ff:aa:05").value().str(), "02:1f:00:ff:aa:05");
    for (const char* text : {"", "02:1f:00:ff:aa", "02:1f:00:ff:aa:05:06", "2:1f:00:ff:aa:05",
                             "02-1f-00-ff-aa-05", "02:1g:00:ff:aa:05", "02:1f:00:ff:aa:-5"})
        EXPECT_FALSE(Mac::parse(text)) << text;
}

TEST(Mac, DerivedOnesAreStableLocalAndUnicast) {
    EXPECT_EQ(Mac::derive("host site-a"), Mac::derive("host site-a"));
    EXPECT_NE(Mac::derive("host site-a"), Mac::derive("site site-a"));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(Mac::derive(std::to_string(i)).bytes[0] & 3, 2);
}

struct Hole {
    const char* from;
    const char* hole;
    std::vector<std::string> rest;
};

TEST(Cidr, WithoutAHoleIsTheFewestNetworksAround) {
    const std::vector<Hole> cases = {
        {"10.0.0.0/30", "10.0.1.0/24", {"10.0.0.0/30"}},
        {"10.0.0.0/24", "10.0.0.0/24", {}},
        {"10.0.0.0/24", "10.0.0.0/8", {}},
        {"10.0.0.0/30", "10.0.0.1/32", {"10.0.0.0/32", "10.0.0.2/31"}},
        {"10.0.0.0/8", "10.128.0.0/9", {"10.0.0.0/9"}},
        {"10.0.0.0/8",
         "10.10.0.0/16",
         {"10.0.0.0/13", "10.8.0.0/15", "10.11.0.0/16", "10.12.0.0/14", "10.16.0.0/12",
          "10.32.0.0/11", "10.64.0.0/10", "10.128.0.0/9"}},
    };
    for (const Hole& one : cases) {
        std::vector<std::string> rest;
        for (const Cidr& part : Cidr::parse(one.from)->without(*Cidr::parse(one.hole)))
            rest.push_back(part.str());
        EXPECT_EQ(rest, one.rest) << one.from << " without " << one.hole;
    }
}

}  // namespace
}  // namespace wpns
