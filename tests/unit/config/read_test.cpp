#include <gtest/gtest.h>

#include "reading.hpp"

namespace wpns::config {
namespace {

TEST(Read, DomainAloneIsACompleteSite) {
    const auto config = read_site_text("domain = \"shop.example\"\n");
    EXPECT_EQ(described(config), "");
    SiteConfig expected;
    expected.domain = "shop.example";
    expected.title = "Site-a";
    expected.admin_email = "admin@shop.example";
    EXPECT_EQ(only_site(config), expected);
    EXPECT_EQ(config.sites.begin()->first.str(), "site-a");
    EXPECT_EQ(config.host, HostConfig{});
}

TEST(Read, EveryKeyOfASiteArrives) {
    const auto site = only_site(read_site_text(
        "domain = 'a.example'\naliases = ['b.example', 'c.example']\ntitle = 'T'\nadmin_user = "
        "'u'\nadmin_email = 'e@x.example'\n"
        "[php]\nversion = '8.4'\nmax_children = 3\nmemory_limit = '256M'\nupload_limit = "
        "'1G'\nmax_execution_time = '2m'\n"
        "settings = { precision = 9 }\n[mysql]\nmemory = '128M'\nmax_connections = 50\n"
        "[network]\nsubnet = '10.10.2.0/30'\nmtu = 1400\negress = 'none'\n[limits]\nmemory = "
        "'2G'\ncpu = '50%'\ntasks = 99\n"
        "[wordpress]\nsource = 'https://a.example/x.zip'\nsha256 = "
        "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'\n"
        "core = 'private'\nlocale = 'fi'\n[cron]\nevery = '30m'\n[idle]\nafter = 'never'\n"));
    SiteConfig expected;
    expected.domain = "a.example";
    expected.aliases = {"b.example", "c.example"};
    expected.title = "T";
    expected.admin_user = "u";
    expected.admin_email = "e@x.example";
    expected.php = {"8.4", 3, 256ULL << 20U, 1ULL << 30U, 120, {{"precision", "9"}}};
    expected.mysql = {128ULL << 20U, 50};
    expected.network = {Cidr::parse("10.10.2.0/30").value(), 1400, Egress::none};
    expected.limits = {2ULL << 30U, 50, 99};
    expected.wordpress = {"https://a.example/x.zip",
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                          CoreMode::own_copy, "fi"};
    expected.cron_minutes = 30;
    EXPECT_EQ(site, expected);
}

TEST(Read, EveryKeyOfTheHostArrives) {
    const auto config =
        read(Source{"wpns.toml",
                    "[network]\npool = '172.16.0.0/20'\nreserved = '172.16.1.0/24'\nuplink = "
                    "'eth1'\ndns = ['192.0.2.1', '192.0.2.2']\n"
                    "[paths]\ndata_dir = '/srv/wpns/sites'\narchive_dir = "
                    "'/srv/wpns/archive'\n[accounts]\nranges = [[500, 599]]\n"
                    "[web]\nlisten = ['192.0.2.9:8080']\n[site]\nadmin_email = "
                    "'ops@x.example'\n[site.network]\negress = 'web'\n"},
             {});
    EXPECT_EQ(described(config), "");
    HostConfig expected;
    expected.pool = Cidr::parse("172.16.0.0/20").value();
    expected.reserved = Cidr::parse("172.16.1.0/24").value();
    expected.uplink = "eth1";
    expected.dns = {Ipv4::parse("192.0.2.1").value(), Ipv4::parse("192.0.2.2").value()};
    expected.data_dir = "/srv/wpns/sites";
    expected.archive_dir = "/srv/wpns/archive";
    expected.id_ranges = {{500, 599}};
    expected.listen = {"192.0.2.9:8080"};
    expected.site_defaults.admin_email = "ops@x.example";
    expected.site_defaults.network.egress = Egress::web;
    EXPECT_EQ(config.host, expected);
}

TEST(Read, DefaultsOfTheHostReachEverySiteThatIsSilent) {
    const auto config =
        read(Source{"wpns.toml",
                    "[site]\nadmin_email = 'ops@x.example'\n[site.php]\nmax_children = 4\n"},
             {{"a.toml", "domain = 'a.example'\n"},
              {"b.toml",
               "domain = 'b.example'\nadmin_email = 'b@x.example'\n[php]\nmax_children = 9\n"}});
    const SiteConfig& a = config.sites.at(SiteName::parse("a").value());
    const SiteConfig& b = config.sites.at(SiteName::parse("b").value());
    EXPECT_EQ(a.php.max_children, 4U);
    EXPECT_EQ(a.admin_email, "ops@x.example");
    EXPECT_EQ(b.php.max_children, 9U);
    EXPECT_EQ(b.admin_email, "b@x.example");
}

TEST(Read, ReservedRangeFollowsThePool) {
    const auto reserved = [](const std::string& pool) {
        return read(Source{"wpns.toml", "[network]\npool = '" + pool + "'\n"}, {})
            .host.reserved.str();
    };
    EXPECT_EQ(reserved("10.0.0.0/8"), "10.0.0.0/24");
    EXPECT_EQ(reserved("192.168.0.0/16"), "192.168.0.0/24");
    EXPECT_EQ(reserved("192.168.16.0/20"), "192.168.16.0/28");
    EXPECT_EQ(reserved("192.168.16.0/24"), "192.168.16.0/30");
}

TEST(Read, ChecksumOfTheHostStaysWithItsSource) {
    const std::string host = "[site.wordpress]\nsource = 'https://a.example/x.zip'\nsha256 = '" +
                             std::string(64, 'a') + "'\n";
    const auto config = read(
        Source{"wpns.toml", host},
        {{"a.toml", "domain = 'a.example'\n"},
         {"b.toml", "domain = 'b.example'\n[wordpress]\nsource = 'https://b.example/y.zip'\n"}});
    EXPECT_EQ(reasons(config),
              std::vector<std::string>{"wordpress.source: a URL needs wordpress.sha256"});
    EXPECT_EQ(config.problems.at(0).file, "b.toml");
    EXPECT_EQ(config.sites.at(SiteName::parse("a").value()).wordpress.sha256, std::string(64, 'a'));
}

TEST(Read, NoFileAtAllIsFine) {
    EXPECT_EQ(described(read(std::nullopt, {})), "");
    EXPECT_EQ(described(read(Source{"wpns.toml", ""}, {})), "");
}

TEST(Read, ByteOrderMarkAndDosLinesAreTaken) {
    EXPECT_EQ(described(read_site_text("\xef\xbb\xbf"
                                       "domain = 'a.example'\r\n[php]\r\nmax_children = 2\r\n")),
              "");
    EXPECT_EQ(reasons(read_site_text("\xef\xbb\xbf")),
              std::vector<std::string>{"the key domain is missing"});
}

TEST(Read, NamesOfFilesAreNamesOfSites) {
    for (const char* file : {"sites.d/Shop.toml", "sites.d/all.toml", "sites.d/.toml",
                             "sites.d/a.toml~", "a", "sites.d/a b.toml", "sites.d/a.b.toml"}) {
        const auto config = read(std::nullopt, {{file, "domain = 'a.example'\n"}});
        ASSERT_EQ(config.problems.size(), 1U) << file;
        EXPECT_EQ(config.problems[0].line, 0U);
        EXPECT_TRUE(config.sites.empty());
    }
}

TEST(Read, ProblemsAreSortedByFileAndPlace) {
    const auto config = read(Source{"wpns.toml", "x = 1\n"},
                             {{"b.toml", "z = 1\ny = 1\n"}, {"a.toml", "domain = 1\n"}});
    std::vector<std::string> places;
    for (const auto& problem : config.problems)
        places.push_back(problem.file + ":" + std::to_string(problem.line));
    EXPECT_EQ(places, (std::vector<std::string>{"a.toml:1", "b.toml:1", "b.toml:1", "b.toml:2",
                                                "wpns.toml:1"}));
}

}  // namespace
}  // namespace wpns::config
