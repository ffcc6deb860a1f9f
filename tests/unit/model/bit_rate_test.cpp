#include "model/bit_rate.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

TEST(BitRate, IsByPowersOf1000) {
    EXPECT_EQ(parse_bit_rate("512kbit"), 512'000U);
    EXPECT_EQ(parse_bit_rate("20mbit"), 20'000'000U);
    EXPECT_EQ(parse_bit_rate("9999999gbit"), 9'999'999'000'000'000U);
}

TEST(BitRate, IsStrict) {
    for (const char* text : {"", "mbit", "20", "0mbit", "05mbit", "20 mbit", "20Mbit", "20mbps",
                             "20bit", "1.5mbit", "-1mbit", "99999999mbit", "20mbit ", "20m"})
        EXPECT_FALSE(parse_bit_rate(text)) << text;
}

TEST(BitRate, IsWrittenWithTheLargestUnitThatFits) {
    EXPECT_EQ(bit_rate_text(1'000'000'000), "1gbit");
    EXPECT_EQ(bit_rate_text(1'500'000'000), "1500mbit");
    EXPECT_EQ(bit_rate_text(1'500), "1500bit");
}

}  // namespace
}  // namespace wpns
