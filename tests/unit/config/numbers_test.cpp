#include <gtest/gtest.h>

#include "reading.hpp"
#include "samples.hpp"

namespace wpns::config {
namespace {

constexpr const char* no_numbers[] = {"-1",  "0",         "2147483648", "9223372036854775807",
                                      "1_0", "0x1F4",     "0o310",      "0b11111111",
                                      "+30", "1e999",     "inf",        "nan",
                                      "8.0", "\"8\"",     "true",       "[8]",
                                      "{}",  "1979-05-27"};

Config read_host_key(const std::string& key, const std::string& value) {
    return read(Source{"wpns.toml", toml_line(key, value)}, {});
}

TEST(Numbers, TakeDecimalDigits) {
    for (const auto& [key, value] : number_samples())
        EXPECT_EQ(described(read_site_keys(toml_line(key, value))), "");
    for (const auto& [key, value] : host_number_samples())
        EXPECT_EQ(described(read_host_key(key, value)), "");
}

TEST(Numbers, RefuseEverythingElse) {
    for (const char* value : no_numbers) {
        for (const auto& [key, sample] : number_samples())
            EXPECT_EQ(read_site_keys(toml_line(key, value)).problems.size(), 1U)
                << key << " = " << value;
        for (const auto& [key, sample] : host_number_samples())
            EXPECT_EQ(read_host_key(key, value).problems.size(), 1U) << key << " = " << value;
    }
}

TEST(Numbers, ThatFitInto64BitsOnlyAreNoToml) {
    EXPECT_EQ(read_site_keys("[limits]\ntasks = 9223372036854775808").problems.at(0).line, 3U);
}

TEST(Numbers, RefusalNamesTheBounds) {
    EXPECT_EQ(reasons(read_site_keys("[php]\nmax_children = 501")),
              std::vector<std::string>{"php.max_children: 501 is not in 1 .. 500"});
    EXPECT_EQ(reasons(read_site_keys("[php]\nmax_children = -1")),
              std::vector<std::string>{"php.max_children: -1 is not in 1 .. 500"});
    EXPECT_EQ(reasons(read_site_keys("[php]\nmax_children = 9223372036854775807")),
              std::vector<std::string>{"php.max_children: 9223372036854775807 is not in 1 .. 500"});
    EXPECT_EQ(reasons(read_site_keys("[network]\nmtu = 0")),
              std::vector<std::string>{"network.mtu: 0 is not in 1280 .. 9216"});
}

TEST(Sizes, AreBytesWhenTheyAreNumbers) {
    EXPECT_EQ(only_site(read_site_keys("[limits]\nmemory = 1073741824")).limits.memory,
              1ULL << 30U);
    EXPECT_EQ(only_site(read_site_keys("[limits]\nmemory = \"1G\"")).limits.memory, 1ULL << 30U);
}

TEST(Sizes, OfADiskAreThoseOfADisk) {
    EXPECT_EQ(only_site(read_site_keys("")).limits.disk, 10ULL << 30U);
    EXPECT_EQ(only_site(read_site_keys("[limits]\ndisk = \"5G\"")).limits.disk, 5ULL << 30U);
    for (const char* value : {"\"127M\"", "\"65537G\"", "0", "\"5T\"", "\"none\""})
        EXPECT_EQ(read_site_keys(toml_line("limits.disk", value)).problems.size(), 1U) << value;
}

TEST(Sizes, AreBounded) {
    for (const char* value : {"1", "-1", "0", "9223372036854775807", "\"1K\"", "\"63M\"",
                              "\"4097G\"", "\"9999999G\"", "0x40000000", "1_073_741_824"})
        EXPECT_EQ(read_site_keys(toml_line("limits.memory", value)).problems.size(), 1U) << value;
    EXPECT_EQ(reasons(read_site_keys("[limits]\nmemory = 1024")),
              std::vector<std::string>{"limits.memory: 1K is not in 64M .. 4096G"});
}

TEST(Times, AreSecondsOrWholeMinutes) {
    const auto site =
        only_site(read_site_keys("[php]\nmax_execution_time = 90\n[cron]\nevery = \"15m\""));
    EXPECT_EQ(site.php.max_execution_time, 90U);
    EXPECT_EQ(site.cron_minutes, 15U);
    EXPECT_EQ(only_site(read_site_keys("[cron]\nevery = \"1h\"")).cron_minutes, 60U);
    EXPECT_EQ(only_site(read_site_keys("[cron]\nevery = \"60s\"")).cron_minutes, 1U);
}

TEST(Times, OfCronDivideAnHour) {
    for (const char* value :
         {"\"7m\"", "\"90s\"", "\"2h\"", "\"1s\"", "\"99999h\"", "5", "\"* * * * *\"", "\"never\""})
        EXPECT_EQ(read_site_keys(toml_line("cron.every", value)).problems.size(), 1U) << value;
}

TEST(Times, OfIdlenessMayBeNever) {
    const auto after = [](const char* value) {
        return only_site(read_site_keys(toml_line("idle.after", value))).idle_after;
    };
    EXPECT_EQ(after("\"15m\""), 900U);
    EXPECT_EQ(after("\"30s\""), 30U);
    EXPECT_EQ(after("\"720h\""), 30U * 24 * 3600);
    EXPECT_EQ(after("3600"), 3600U);
    EXPECT_EQ(after("\"never\""), 0U);
    for (const char* value :
         {"\"29s\"", "\"721h\"", "\"0s\"", "0", "29", "\"Never\"", "\"\"", "\"15\"", "true"})
        EXPECT_EQ(read_site_keys(toml_line("idle.after", value)).problems.size(), 1U) << value;
}

TEST(Shares, ArePercentOfOneCore) {
    EXPECT_EQ(only_site(read_site_keys("[limits]\ncpu = \"250%\"")).limits.cpu_percent, 250U);
    for (const char* value : {"150", "\"150\"", "\"101 %\"", "\"4%\"", "\"100001%\"", "\"-5%\""})
        EXPECT_EQ(read_site_keys(toml_line("limits.cpu", value)).problems.size(), 1U) << value;
}

}  // namespace
}  // namespace wpns::config
