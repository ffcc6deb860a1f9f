#include "config/limits.hpp"

#include <gtest/gtest.h>

#include "reading.hpp"

namespace wpns::config {
namespace {

std::string repeat(const std::string& text, unsigned times) {
    std::string result;
    for (unsigned i = 0; i < times; ++i) result += text;
    return result;
}

std::string reason_of(const std::string& text) {
    const auto fault = check_limits(text);
    return fault ? fault->refusal.reason : "";
}

TEST(Limits, LengthIsOneMebibyte) {
    EXPECT_EQ(reason_of("#" + std::string(most_bytes - 1, 'a')), "");
    EXPECT_EQ(reason_of("#" + std::string(most_bytes, 'a')), "the file is longer than 1 MiB");
}

TEST(Limits, NestingCountsBracketsAndDots) {
    const std::string deep = "the file is nested deeper than 16";
    EXPECT_EQ(reason_of("a = " + repeat("[", 16) + repeat("]", 16)), "");
    EXPECT_EQ(reason_of("a = " + repeat("[", 17) + repeat("]", 17)), deep);
    EXPECT_EQ(reason_of("a = " + repeat("[", 10'000)), deep);
    EXPECT_EQ(reason_of("a = " + repeat("{a = ", 17)), deep);
    EXPECT_EQ(reason_of(repeat("a.", 16) + "a = 1"), "");
    EXPECT_EQ(reason_of(repeat("a.", 17) + "a = 1"), deep);
    EXPECT_EQ(reason_of(repeat("a . ", 10'000) + "a = 1"), deep);
    EXPECT_EQ(reason_of("[" + repeat("'a'.", 10'000) + "a]"), deep);
}

TEST(Limits, BracketsInStringsAndCommentsDoNotNest) {
    const std::string many = repeat("[{.", 100);
    for (const std::string& text :
         {"a = \"" + many + "\"", "a = '" + many + "'", "a = \"\"\"" + many + "\"\"\"",
          "a = '''" + many + "'''", "a = 1 # " + many, "a = \"\\\"" + many + "\"",
          "a = \"\"\"\\\"\"\"" + many + "\"\"\"", "a = ''''" + many + "'''''", "'" + many + "' = 1",
          "a = \"\"\"\n\"\"" + many + "\n\"\"\"\"\""})
        EXPECT_EQ(reason_of(text), "") << text;
}

TEST(Limits, KeysAndValuesAreCounted) {
    std::string text;
    for (unsigned i = 0; i < most_keys; ++i) text += "k" + std::to_string(i) + " = 1\n";
    EXPECT_EQ(reason_of(text), "");
    EXPECT_EQ(reason_of(text + "k = 1"), "the file has more than 10000 keys and values");
    EXPECT_EQ(reason_of("a = [" + repeat("1,", 100'000) + "]"),
              "the file has more than 10000 keys and values");
}

TEST(Limits, EncodingIsUtf8AndItsFaultHasAPlace) {
    const auto fault = check_limits("a = 1\nb = \"\xc3\xa4\xff\"\n");
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->refusal.reason, "the bytes are no UTF-8");
    EXPECT_EQ(fault->place.line, 2U);
    EXPECT_EQ(fault->place.column, 7U);
    EXPECT_EQ(reason_of("# \xff"), "the bytes are no UTF-8");
    EXPECT_EQ(reason_of("\xff\xfe"
                        "a"),
              "the file is in UTF-16");
    EXPECT_EQ(reason_of(std::string("a = 1\n# \0", 9)), "the file holds a NUL byte");
}

TEST(Limits, LettersOutsideOfQuotesAreAscii) {
    EXPECT_EQ(reason_of("a = \"\xc3\xa4\" # \xc3\xa4"), "");
    const std::string after_backslash =
        "not valid TOML: a letter outside of ASCII after a backslash";
    EXPECT_EQ(reason_of("a = \"\\\xc3\xa4\""), after_backslash);
    EXPECT_EQ(reason_of("a = \"\"\"b\\\n  \xc3\xa4\"\"\""), after_backslash);
    EXPECT_EQ(reason_of("a = \"\\\"\xc3\xa4\""), "");
    EXPECT_EQ(reason_of("a = '\\\xc3\xa4'"), "");
    EXPECT_EQ(reason_of("\xc3\xa4 = 1"), "not valid TOML: a letter outside of ASCII needs quotes");
    EXPECT_EQ(reason_of("a = b\"c\""), "not valid TOML: a quote in the middle of something else");
    EXPECT_EQ(reason_of("a = 0[\"\xc3\xb6\"]"),
              "not valid TOML: a bracket in the middle of something else");
    EXPECT_EQ(reason_of("a = 1T1=\"\xce\xb4:5\""), "not valid TOML: a second = after a key");
    EXPECT_EQ(reason_of("a = [ # one\n [1], [2] ]\n[ b ]\nc = { d = [] }\n[[e]]\n"), "");
}

TEST(Limits, HostileFilesAreRefusedWithOneProblem) {
    for (const std::string& text :
         {"a = " + repeat("[", 500'000), repeat("a.", 500'000) + "a = 1",
          "[" + repeat("a.", 500'000), repeat("a={", 300'000), repeat("[[a]]\n", 150'000),
          repeat("\n", 1 << 20) + "a", "x = \"" + std::string(1'000'000, 'a')})
        EXPECT_EQ(read_site_text(text).problems.size(), 1U) << text.substr(0, 20);
}

TEST(Limits, ProblemsOfAFileAreAHundredAndAWordThatThereAreMore) {
    std::string text;
    for (unsigned i = 0; i < 9'000; ++i) text += "some_long_key_" + std::to_string(i) + " = 1\n";
    const auto config = read_site_text(text);
    ASSERT_EQ(config.problems.size(), most_problems + 1);
    EXPECT_EQ(config.problems[0].reason, "there are more problems than the 100 below");
    EXPECT_EQ(config.problems[0].line, 0U);
}

}  // namespace
}  // namespace wpns::config
