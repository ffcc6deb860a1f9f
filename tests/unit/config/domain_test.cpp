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

struct Bad {
    std::string text;
    std::string reason;
    std::string remedy = "";
};

class BadDomain : public testing::TestWithParam<Bad> {};

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
    testing::Values(Bad{"a..b", empty_part}, Bad{".a.b", empty_part}, Bad{"a.b.", empty_part},
                    Bad{"-a.b", dash}, Bad{"a-.b", dash}, Bad{"a.b-", dash}, Bad{"xn--.b", dash},
                    Bad{std::string(64, 'a') + ".b", "has a part of more than 63 characters"},
                    Bad{"a_b.c", "holds the character \"_\""}, Bad{"*.a.b", "holds a wildcard"},
                    Bad{"*", "holds a wildcard"}, Bad{"10.0.0.1", "is an address, not a name"},
                    Bad{"1.2.3", "has a last part that does not begin with a letter"},
                    Bad{"a.0x7f", "has a last part that does not begin with a letter"},
                    Bad{"[::1]", "holds the character \"[\""},
                    Bad{"2001:db8::1", "holds a port or is an IPv6 address"},
                    Bad{"localhost", "means the host itself"},
                    Bad{"a.localhost", "means the host itself"},
                    Bad{"a.b:80", "holds a port or is an IPv6 address"},
                    Bad{"http://a.b", "holds a scheme", "the name alone"},
                    Bad{"Site.Example", "holds upper-case letters", "\"site.example\""},
                    Bad{"b\xc3\xbc"
                        "cher.example",
                        ascii, "punycode"},
                    Bad{"\xd0\xb0.example", ascii, "punycode"}, Bad{"example", "has no dot"},
                    Bad{"a b.c", "holds the character \" \""},
                    Bad{"a.b/c", "holds the character \"/\""},
                    Bad{"u@a.b", "holds the character \"@\""}));

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
