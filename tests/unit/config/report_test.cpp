#include "config/report.hpp"

#include <gtest/gtest.h>

namespace wpns::config {
namespace {

TEST(Excerpt, CountsCharactersAndShowsBytes) {
    const Excerpt shown = excerpt("\xc3\xa4 = x", 5);
    EXPECT_EQ(shown.text, "\\xc3\\xa4 = x");
    EXPECT_EQ(shown.text.substr(shown.caret - 1), "x");
}

TEST(Excerpt, CutsLongLinesAroundTheCaret) {
    const std::string line = std::string(500, 'a') + "X" + std::string(500, 'b');
    const Excerpt shown = excerpt(line, 501);
    EXPECT_LT(shown.text.size(), 120U);
    EXPECT_EQ(shown.text.at(shown.caret - 1), 'X');
    EXPECT_TRUE(shown.text.starts_with("...a"));
    EXPECT_TRUE(shown.text.ends_with("b..."));
}

TEST(Excerpt, EndsAtTheEndOfTheLine) {
    EXPECT_EQ(excerpt("abc", 9).caret, 4U);
    EXPECT_EQ(excerpt("", 1).text, "");
}

TEST(Report, KeepsTheLineWithoutItsEnd) {
    const Source source{"a.toml", "first\r\nsecond\r\n"};
    Report report(source);
    report.add({2, 1}, {"reason", "remedy"});
    EXPECT_EQ(report.problems().at(0), (Problem{"a.toml", 2, 1, "second", "reason", "remedy", 1}));
}

TEST(Describe, HasPlaceLineCaretAndRemedy) {
    EXPECT_EQ(describe({"a.toml", 3, 5, "ab \\x09c", "reason", "remedy", 8}),
              "a.toml:3:5: reason\n    ab \\x09c\n           ^\n    remedy\n");
    EXPECT_EQ(describe({"a.toml", 0, 0, "", "reason", "", 0}), "a.toml: reason\n");
    EXPECT_EQ(describe({"a\n.toml", 1, 1, "", "reason", "", 0}), "a\\x0a.toml:1:1: reason\n");
}

}  // namespace
}  // namespace wpns::config
