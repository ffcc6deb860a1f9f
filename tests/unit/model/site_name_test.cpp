#include "model/site_name.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

TEST(SiteName, TakesLettersDigitsAndSingleDashes) {
    for (const char* text :
         {"a", "site-a", "shop2", "a-b-c", "abcdefghijklmnopqrstuvwx", "example", "db"})
        EXPECT_EQ(SiteName::parse(text).value().str(), text);
}

struct Bad {
    std::string text;
    std::string reason;
};

class BadSiteName : public testing::TestWithParam<Bad> {};

TEST_P(BadSiteName, IsRefusedWithAReason) {
    EXPECT_EQ(SiteName::parse(GetParam().text).error(), GetParam().reason) << GetParam().text;
}

std::string holds(const std::string& shown) {
    return "holds " + shown + ": only a-z, 0-9 and - are allowed";
}

INSTANTIATE_TEST_SUITE_P(
    Names, BadSiteName,
    testing::Values(Bad{"", "is empty"}, Bad{".", holds(".")}, Bad{"..", holds(".")},
                    Bad{"../x", holds(".")}, Bad{"/etc", holds("/")}, Bad{"a/b", holds("/")},
                    Bad{"a\\b", holds("\\")}, Bad{"-rf", "does not begin with a letter a-z"},
                    Bad{"--help", "does not begin with a letter a-z"},
                    Bad{"1a", "does not begin with a letter a-z"}, Bad{" a", holds(" ")},
                    Bad{"a ", holds(" ")}, Bad{"a.b", holds(".")}, Bad{"a_b", holds("_")},
                    Bad{"Site", holds("S")}, Bad{"a\n", holds("\\x0a")},
                    Bad{std::string("a\0b", 3), holds("\\x00")}, Bad{"\xc3\x84", holds("\\xc3")},
                    Bad{"a\xe2\x80\x8b", holds("\\xe2")}, Bad{"a\xe2\x80\xae", holds("\\xe2")},
                    Bad{"xn--a", "holds two dashes in a row"}, Bad{"a-", "ends in a dash"},
                    Bad{"a--b", "holds two dashes in a row"},
                    Bad{std::string(25, 'a'), "is longer than 24 characters"},
                    Bad{std::string(64, 'a'), "is longer than 24 characters"},
                    Bad{"site-db", "ends in -db, which names database accounts"}));

TEST(SiteName, RefusesReservedWords) {
    for (const char* text : {"root", "nobody", "mysql", "www-data", "wpns", "all", "default",
                             "self", "lo", "host", "fwd", "drop", "accept", "localhost"})
        EXPECT_EQ(SiteName::parse(text).error(), "is a reserved word") << text;
}

}  // namespace
}  // namespace wpns
