#include <gtest/gtest.h>

#include "reading.hpp"

namespace wpns::config {
namespace {

SiteConfig full_site() {
    SiteConfig site;
    site.domain = "a.example";
    site.aliases = {"b.example", "c.example"};
    site.title =
        "Tom's \"A\\B\" & B\xc3\xbc"
        "cher # [x] = {y}";
    site.admin_user = "tom";
    site.admin_email = "tom@a.example";
    site.php = {"8.4",
                3,
                256ULL << 20U,
                1000ULL << 20U,
                120,
                {{"precision", "-1"}, {"log_errors", "on"}, {"date.timezone", "Europe/Berlin"}}};
    site.mysql = {96ULL << 20U, 50};
    site.network = {Cidr::parse("10.10.2.0/30").value(), 1400, Egress::allow};
    site.network.allow = {AllowTarget::parse("10.20.0.0/16:5432/tcp").value(),
                          AllowTarget::parse("api.example.com").value()};
    site.network.source_address = Ipv4::parse("203.0.113.2").value();
    site.network.connections = 50;
    site.network.mac = Mac::parse("02:00:5e:10:00:01").value();
    site.network.up = 1'500'000;
    site.network.down = 1'000'000'000;
    site.limits = {(1ULL << 30U) + 1, 150, 300};
    site.wordpress = {"/srv/wp.tar.gz", std::string(64, 'a'), CoreMode::own_copy, "de_DE_formal"};
    site.cron_minutes = 60;
    return site;
}

TEST(SiteFile, ReadsBackAsItWasWritten) {
    const auto config = read_site_text(site_file_text(full_site()));
    EXPECT_EQ(described(config), "");
    EXPECT_EQ(only_site(config), full_site());
}

TEST(SiteFile, HoldsOnlyWhatWasGiven) {
    SiteConfig site;
    site.domain = "a.example";
    site.limits.memory = 1ULL << 30U;
    const std::string text = site_file_text(site);
    EXPECT_NE(text.find("\ndomain = \"a.example\"\n\n[limits]\nmemory = \"1G\"\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("php"), std::string::npos);
    EXPECT_TRUE(text.starts_with("# "));
}

TEST(SiteFile, HoldsWhatDiffersFromTheDefaultsOfTheHost) {
    SiteConfig defaults;
    defaults.limits.tasks = 300;
    SiteConfig site;
    site.domain = "a.example";
    site.limits.tasks = 200;
    site.php.max_children = defaults.php.max_children;
    const std::string text = site_file_text(site, defaults);
    EXPECT_NE(text.find("tasks = 200\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("max_children"), std::string::npos) << text;
    EXPECT_EQ(site_file_text(site).find("tasks"), std::string::npos);
}

}  // namespace
}  // namespace wpns::config
