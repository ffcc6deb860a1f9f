#include <gtest/gtest.h>

#include "config/rules.hpp"

namespace wpns::config {
namespace {

TEST(Domain, TakesServerNames) {
    for (const auto& text :
         {std::string("site-a.example"), std::string("a.b"), std::string("1.example"),
          std::string("xn--bcher-kva.example"), std::string("shop.xn--p1ai"),
          std::string(63, 'a') + ".example", std::string("a--b.example")})
        EXPECT_FALSE(rules::domain(text)) << text;
}

TEST(Domain, TakesUpTo253Characters) {
    const std::string label(62, 'a');
    const std::string longest = label + "." + label + "." + label + "." + label + ".b";
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_FALSE(rules::domain(longest));
    EXPECT_TRUE(rules::domain(longest + "b"));
}

struct RefusedText {
    std::string text;
    std::string reason;
    std::string remedy = "";
};

class BadDomain : public testing::TestWithParam<RefusedText> {};

TEST_P(BadDomain, IsRefusedWithAReason) {
    const auto refusal = rules::domain(GetParam().text);
    ASSERT_TRUE(refusal) << GetParam().text;
    EXPECT_EQ(refusal->reason, quote(GetParam().text) + " " + GetParam().reason);
    EXPECT_NE(refusal->remedy.find(GetParam().remedy), std::string::npos) << refusal->remedy;
}

const std::string empty_part = "has an empty part before, after or between dots";
const std::string dash = "has a part that begins or ends with a dash";
const std::string ascii = "holds letters outside of ASCII";

INSTANTIATE_TEST_SUITE_P(
    Names, BadDomain,
    testing::Values(
        RefusedText{"a..b", empty_part}, RefusedText{".a.b", empty_part},
        RefusedText{"a.b.", empty_part}, RefusedText{"-a.b", dash}, RefusedText{"a-.b", dash},
        RefusedText{"a.b-", dash}, RefusedText{"xn--.b", dash},
        RefusedText{std::string(64, 'a') + ".b", "has a part of more than 63 characters"},
        RefusedText{"a_b.c", "holds the character \"_\""}, RefusedText{"*.a.b", "holds a wildcard"},
        RefusedText{"*", "holds a wildcard"}, RefusedText{"10.0.0.1", "is an address, not a name"},
        RefusedText{"1.2.3", "has a last part that does not begin with a letter"},
        RefusedText{"a.0x7f", "has a last part that does not begin with a letter"},
        RefusedText{"[::1]", "holds the character \"[\""},
        RefusedText{"2001:db8::1", "holds a port or is an IPv6 address"},
        RefusedText{"localhost", "means the host itself"},
        RefusedText{"a.localhost", "means the host itself"},
        RefusedText{"a.b:80", "holds a port or is an IPv6 address"},
        RefusedText{"http://a.b", "holds a scheme", "the name alone"},
        RefusedText{"Site.Example", "holds upper-case letters", "\"site.example\""},
        RefusedText{"b\xc3\xbc"
                    "cher.example",
                    ascii, "punycode"},
        RefusedText{"\xd0\xb0.example", ascii, "punycode"}, RefusedText{"example", "has no dot"},
        RefusedText{"a b.c", "holds the character \" \""},
        RefusedText{"a.b/c", "holds the character \"/\""},
        RefusedText{"u@a.b", "holds the character \"@\""}));

TEST(Domain, RefusesTheEmptyText) {
    EXPECT_EQ(rules::domain("")->reason, "is empty");
}

TEST(Email, TakesPlainAddresses) {
    for (const char* text : {"admin@site-a.example", "a.b+c_d-e@x.example", "A1@a.example"})
        EXPECT_FALSE(rules::email(text)) << text;
}

TEST(Email, RefusesEverythingElse) {
    for (const auto& text :
         {std::string(), std::string("a"), std::string("@a.example"), std::string("a@"),
          std::string("a@b"), std::string("a@@a.example"), std::string("a b@a.example"),
          std::string(".a@a.example"), std::string("a.@a.example"), std::string("a..b@a.example"),
          std::string("-a@a.example"), std::string("+a@a.example"), std::string("\"a\"@a.example"),
          std::string("a@10.0.0.1"), std::string("a@[10.0.0.1]"), std::string("\xc3\xa4@a.example"),
          std::string(65, 'a') + "@a.example", std::string("a%b@a.example"),
          "a@" + std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
              "." + std::string(63, 'd') + ".e"})
        EXPECT_TRUE(rules::email(text)) << text;
}

}  // namespace
}  // namespace wpns::config
