#include "model/allow_target.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wpns {
namespace {

std::string again(const std::string& text) {
    const auto target = AllowTarget::parse(text);
    return target ? target->str() : "refused: " + target.error();
}

TEST(AllowTarget, IsReadAndWrittenInOneWay) {
    for (const char* text : {"203.0.113.0/24",
                             "203.0.113.7",
                             "203.0.113.7:443",
                             "203.0.113.7/tcp",
                             "203.0.113.7:53/udp",
                             "10.0.0.0/8",
                             "169.254.169.254:80/tcp",
                             "10.20.0.0/16:5432/tcp",
                             "api.example.com",
                             "api.example.com:443",
                             "a-1.example.co:1/udp",
                             "smtp.example.com:25",
                             "xn--bcher-kva.example:65535",
                             "2001:db8::1",
                             "2001:db8::/32",
                             "[2001:db8::1]:443",
                             "[2001:db8::/32]:5432/tcp",
                             "2001:db8::/32/udp",
                             "fd00::/8",
                             "fd00:ec2::254/tcp",
                             "64:ff9b::/96",
                             "2001:db8::1:443"})
        EXPECT_EQ(again(text), text);
    EXPECT_EQ(again("[2001:DB8:0::1/128]/tcp"), "2001:db8::1/tcp");
    EXPECT_EQ(again("[fd00::10.0.0.1]:80"), "[fd00::a00:1]:80");
    EXPECT_EQ(again("203.0.113.7/32"), "203.0.113.7");
    EXPECT_EQ(again("[203.0.113.0/24]:53/udp"), "203.0.113.0/24:53/udp");
}

struct Wrong {
    const char* text;
    const char* reason;
};

TEST(AllowTarget, SaysWhatIsWrong) {
    const std::string no_target = "is no address, network or host name";
    const std::vector<Wrong> cases = {
        {"", "is "},
        {"localhost", no_target.c_str()},
        {"db", no_target.c_str()},
        {"my.localhost", no_target.c_str()},
        {"API.example.com", no_target.c_str()},
        {"api_x.example.com", no_target.c_str()},
        {"-api.example.com", no_target.c_str()},
        {"api..example.com", no_target.c_str()},
        {"*.example.com", no_target.c_str()},
        {"api.example.com.", no_target.c_str()},
        {"api.example.com:443/sctp", "has a port that is no number"},
        {"api.example.com:", "has a port that is no number"},
        {"api.example.com:0", "has a port that is no number"},
        {"api.example.com:0443", "has a port that is no number"},
        {"api.example.com:65536", "has a port that is no number"},
        {"api.example.com:80-90", "has a port that is no number"},
        {"api.example.com/tcp/udp", ""},
        {"[api.example.com]:443", "has a name in brackets"},
        {"[203.0.113.7]9", "has a port that is no number"},
        {"[203.0.113.7", "has a bracket that is not closed"},
        {"[]:443", "is "},
        {"[2001:db8::1]:0", "has a port that is no number"},
        {"[2001:db8::1]443", "has a port that is no number"},
        {"[2001:db8::1]:443:", "has a port that is no number"},
        {"[2001:db8::1:443", "has a bracket that is not closed"},
        {"[[2001:db8::1]]:443", "has a port that is no number"},
        {"2001:db8::1]:443", "is no IPv6 address"},
        {"2001:db8::/32:443", "has a prefix length"},
        {"2001:db8::1%eth0", "is no IPv6 address"},
        {"2001:db8::/129", "has a prefix length"},
        {"2001:db8::1/32", "has bits set right of the prefix; the network is 2001:db8::/32"},
        {"::/0", "is wider than a /8"},
        {"2000::/3", "is wider than a /8"},
        {"::1", "is in ::/96"},
        {"::10.0.0.1", "is in ::/96"},
        {"[::ffff:203.0.113.7]:80", "is in ::ffff:0:0/96"},
        {"fe80::a9fe:a9fe", "is in fe80::/10"},
        {"ff02::1", "is in ff00::/8"},
        {"203.0.113.7/24", "has bits set right of the prefix"},
        {"203.0.113.0/33", "has a prefix length"},
        {"203.0.113", ""},
        {"0.0.0.0/0", "is wider than a /8"},
        {"64.0.0.0/2", "is wider than a /8"},
        {"127.0.0.1", "is in 127.0.0.0/8"},
        {"0.0.0.0/8", "is in 0.0.0.0/8"},
        {"224.0.0.1:5353/udp", "is in 224.0.0.0/3"},
        {"255.255.255.255", "is in 224.0.0.0/3"},
        {"203.0.113.7 :443", ""},
        {" 203.0.113.7", ""},
        {"api.example.com\n", ""},
        {"api.example.com\" } ; flush ruleset", ""},
    };
    for (const Wrong& wrong : cases) {
        const auto target = AllowTarget::parse(wrong.text);
        ASSERT_FALSE(target) << wrong.text;
        EXPECT_EQ(target.error().find(wrong.reason), 0U) << wrong.text << " " << target.error();
    }
    EXPECT_FALSE(AllowTarget::parse(std::string(117, 'a') + ".example"));
    EXPECT_FALSE(AllowTarget::parse("a\0b.example"));
}

std::vector<std::string> boxes(const std::vector<std::string>& texts) {
    std::vector<AllowTarget> targets;
    for (const auto& text : texts) targets.push_back(AllowTarget::parse(text).value());
    std::vector<std::string> result;
    for (const AllowBox& box : boxes_of(targets))
        result.push_back(box.network.str() + " " + std::to_string(box.protocol) + " " +
                         std::to_string(box.port));
    return result;
}

using Texts = std::vector<std::string>;

TEST(AllowBoxes, NoTwoHoldTheSamePacket) {
    EXPECT_EQ(boxes({}), Texts{});
    EXPECT_EQ(boxes({"api.example.com:443"}), Texts{});
    EXPECT_EQ(boxes({"203.0.113.7"}), (Texts{"203.0.113.7/32 6 0", "203.0.113.7/32 17 0"}));
    EXPECT_EQ(boxes({"203.0.113.0/24:443/tcp", "203.0.113.7:443/tcp"}),
              Texts{"203.0.113.0/24 6 443"});
    EXPECT_EQ(boxes({"203.0.113.0/24:443/tcp", "203.0.113.7:80/tcp"}),
              (Texts{"203.0.113.0/24 6 443", "203.0.113.7/32 6 80"}));
    // The part of the network that is open on all ports is not listed again for one of them.
    EXPECT_EQ(boxes({"203.0.113.0/30:443/tcp", "203.0.113.0/31/tcp"}),
              (Texts{"203.0.113.0/31 6 0", "203.0.113.2/31 6 443"}));
    EXPECT_EQ(boxes({"203.0.113.7:443/tcp", "203.0.113.7/tcp", "203.0.113.7:53/udp"}),
              (Texts{"203.0.113.7/32 6 0", "203.0.113.7/32 17 53"}));
}

TEST(AllowBoxes, FamiliesAreApart) {
    EXPECT_EQ(boxes({"[2001:db8::/32]:443/tcp", "203.0.113.7/tcp", "[2001:db8::1]:443/tcp"}),
              (Texts{"203.0.113.7/32 6 0", "2001:db8::/32 6 443"}));
    EXPECT_EQ(boxes({"[2001:db8::/126]:443/tcp", "2001:db8::2/127/tcp"}),
              (Texts{"2001:db8::/127 6 443", "2001:db8::2/127 6 0"}));
    // 0.0.0.0/0 of the one family would not hold the other.
    const AllowBox any{*Cidr6::parse("::/0"), protocol_tcp, 0};
    EXPECT_TRUE(any.holds(*Ipv6::parse("2001:db8::1"), protocol_tcp, 443));
    EXPECT_FALSE(any.holds(*Ipv4::parse("203.0.113.7"), protocol_tcp, 443));
}

TEST(AllowBox, HoldsItsPacketsOnly) {
    const AllowBox one{*Cidr::parse("203.0.113.0/24"), protocol_tcp, 443};
    const Ipv4 inside = *Ipv4::parse("203.0.113.200");
    EXPECT_TRUE(one.holds(inside, protocol_tcp, 443));
    EXPECT_FALSE(one.holds(inside, protocol_udp, 443));
    EXPECT_FALSE(one.holds(inside, protocol_tcp, 80));
    EXPECT_FALSE(one.holds(*Ipv4::parse("203.0.114.1"), protocol_tcp, 443));
    const AllowBox all{*Cidr::parse("203.0.113.0/24"), protocol_tcp, 0};
    EXPECT_TRUE(all.holds(inside, protocol_tcp, 1));
}

TEST(NamesDigest, IsOfTheNamesOnlyWhateverTheirOrder) {
    const auto digest = [](const Texts& texts) {
        std::vector<AllowTarget> targets;
        for (const auto& text : texts) targets.push_back(AllowTarget::parse(text).value());
        return names_digest(targets);
    };
    EXPECT_EQ(digest({}), "");
    EXPECT_EQ(digest({"203.0.113.7"}), "");
    EXPECT_EQ(digest({"a.example", "203.0.113.7"}), digest({"a.example"}));
    EXPECT_EQ(digest({"a.example", "b.example"}), digest({"b.example", "a.example"}));
    EXPECT_NE(digest({"a.example"}), digest({"a.example:443"}));
    EXPECT_EQ(digest({"a.example"}).size(), 16U);
}

}  // namespace
}  // namespace wpns
