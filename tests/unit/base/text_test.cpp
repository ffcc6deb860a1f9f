#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/scope_guard.hpp"

namespace wpns {
namespace {

TEST(Text, SplitKeepsEmptyParts) {
    EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Text, JoinPutsTheSeparatorBetween) {
    EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
    EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, TrimTakesBlanksFromBothEnds) {
    EXPECT_EQ(trim(" \ta b\r\n"), "a b");
}

TEST(Text, PrintableHidesControlAndHighBytes) {
    EXPECT_EQ(printable("a\x1b[m\xc3"), "a\\x1b[m\\xc3");
}

TEST(Text, NearestFindsTyposAndNothingElse) {
    const std::vector<std::string> keys = {"memory", "tasks", "cpu"};
    EXPECT_EQ(nearest("memroy", keys), "memory");
    EXPECT_EQ(nearest("domain", keys), "");
}

TEST(Digest, KnownVectors) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 4231, test case 2
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, RandomIsOfTheSizeAskedForAndNeverTwiceTheSame) {
    EXPECT_EQ(random_hex(32).size(), 64U);
    EXPECT_NE(random_hex(16), random_hex(16));
}

TEST(Error, ContextStandsInFront) {
    try {
        with_context("outer", [] { throw Error(ErrorKind::busy, "inner", "wait"); });
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "outer: inner");
        EXPECT_EQ(error.remedy(), "wait");
        EXPECT_EQ(error.kind(), ErrorKind::busy);
    }
}

TEST(UniqueFd, MovesAndClosesOnce) {
    UniqueFd first(::dup(0));
    const int number = first.get();
    UniqueFd second(std::move(first));
    EXPECT_FALSE(
        first.valid());  // NOLINT(bugprone-use-after-move): what a moved-from one is, is promised
    UniqueFd& alias = second;
    second = std::move(alias);
    EXPECT_EQ(second.get(), number);
    second.reset();
    EXPECT_EQ(::close(number), -1);
}

TEST(ScopeGuard, RunsUnlessDismissed) {
    int runs = 0;
    {
        ScopeGuard guard([&] { ++runs; });
    }
    {
        ScopeGuard guard([&] { ++runs; });
        guard.dismiss();
    }
    EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace wpns
