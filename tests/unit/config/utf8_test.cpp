#include "config/utf8.hpp"

#include <gtest/gtest.h>

namespace wpns::config {
namespace {

TEST(Utf8, ReadsCharactersOfEveryLength) {
    EXPECT_EQ(first_character("a")->code, U'a');
    EXPECT_EQ(first_character("\xc3\xa4")->code, U'\u00e4');
    EXPECT_EQ(first_character("\xe2\x82\xac")->code, U'\u20ac');
    EXPECT_EQ(first_character("\xf0\x9f\x90\x98")->code, U'\U0001f418');
    EXPECT_EQ(first_character("\xf0\x9f\x90\x98")->size, 4U);
}

TEST(Utf8, FindsWhereBadBytesBegin) {
    EXPECT_EQ(find_bad_utf8("a\xc3\xa4z"), std::string_view::npos);
    const std::string bad[] = {"\x80",
                               "\xff",
                               "\xc0\xaf",
                               "\xc3",
                               "\xc3z",
                               "\xe0\x80\xaf",
                               "\xed\xa0\x80",
                               "\xf0\x80\x80\xaf",
                               "\xf4\x90\x80\x80",
                               "\xf8\x88\x80\x80\x80"};
    for (const auto& bytes : bad) EXPECT_EQ(find_bad_utf8("ab" + bytes), 2U) << bytes.size();
}

TEST(Utf8, KnowsCharactersThatAreNotSeen) {
    for (const char32_t code :
         {U'\0', U'\t', U'\n', U'\u007f', U'\u0085', U'\u200e', U'\u2028', U'\u202e', U'\u2066'})
        EXPECT_TRUE(is_control(code)) << static_cast<unsigned>(code);
    for (const char32_t code : {U' ', U'~', U'\u00a0', U'\u00e4', U'\u20ac', U'\U0001f418'})
        EXPECT_FALSE(is_control(code)) << static_cast<unsigned>(code);
}

}  // namespace
}  // namespace wpns::config
