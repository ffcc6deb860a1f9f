#include "config/units.hpp"

#include <gtest/gtest.h>

namespace wpns::config {
namespace {

TEST(Units, SizesArePowersOf1024) {
    EXPECT_EQ(parse_size("64K"), 65536U);
    EXPECT_EQ(parse_size("128M"), 134217728U);
    EXPECT_EQ(parse_size("2G"), 2147483648U);
    EXPECT_EQ(parse_size("9999999G"), 9999999ULL << 30U);
}

TEST(Units, SizesAreStrict) {
    for (const char* text :
         {"",    "M",   "5",    "0M",  "05M", "5 MB", "5MB",  "5mib", "5m",  "5k",        "10T",
          "-5M", "+5M", "5.5M", "5M ", " 5M", "1_0M", "0x5M", "1e3M", "NaN", "99999999G", "5\nM"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Units, SizesAreWrittenWithTheLargestUnitThatFits) {
    EXPECT_EQ(size_text(1ULL << 30U), "1G");
    EXPECT_EQ(size_text(1536ULL << 20U), "1536M");
    EXPECT_EQ(size_text(1000), "1000");
}

TEST(Units, DurationsAreSecondsMinutesHours) {
    EXPECT_EQ(parse_duration("60s"), 60U);
    EXPECT_EQ(parse_duration("5m"), 300U);
    EXPECT_EQ(parse_duration("1h"), 3600U);
    EXPECT_EQ(duration_text(300), "5m");
    for (const char* text :
         {"", "m", "5", "0m", "5 m", "5min", "1d", "5M", "-5m", "1.5h", "999999h"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Units, PercentsNeedTheirSign) {
    EXPECT_EQ(parse_percent("150%"), 150U);
    for (const char* text : {"", "%", "150", "0%", "101 %", "-5%", "1.5%", "50%%"})
        EXPECT_FALSE(parse_percent(text)) << text;
}

}  // namespace
}  // namespace wpns::config
