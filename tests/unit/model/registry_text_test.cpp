#include "model/registry_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <random>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace wpns {
namespace {

SiteName site(std::string_view name) {
    return *SiteName::parse(name);
}

Registry small() {
    Registry registry;
    registry.lineage = "5f0c";
    registry.serial = 7;
    registry.host[{Kind::directory, "/etc/wpns", ""}] = "0123456789abcdef";
    SiteRecord record;
    record.domain = "site-a.example";
    record.allocation = {*Cidr::parse("10.10.1.0/30"), 400, 401, std::string(64, 'a')};
    record.network = {1400, Egress::web};
    record.resources[{Kind::file, "/etc/wpns/rendered/site-a/my.cnf", "site-a"}] = pending;
    record.resources[{Kind::unit, "wpns-php@site-a.service", "site-a"}] = "fedcba9876543210";
    registry.sites.emplace(site("site-a"), record);
    registry.tombstones.push_back({"old", 402, 403, "/var/lib/wpns/archive/old"});
    return registry;
}

// A person reads this at 3 am.
TEST(RegistryText, IsPlain) {
    const std::string text = to_text(small());
    EXPECT_EQ(text.substr(text.find('\n') + 1), R"(schema = 1
lineage = "5f0c"
serial = 7
host = [
  "directory /etc/wpns 0123456789abcdef",
]

[sites.site-a]
domain = "site-a.example"
subnet = "10.10.1.0/30"
uid = 400
db_uid = 401
seed = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
mtu = 1400
egress = "web"
resources = [
  "file /etc/wpns/rendered/site-a/my.cnf pending",
  "unit wpns-php@site-a.service fedcba9876543210",
]

[[tombstones]]
site = "old"
uid = 402
db_uid = 403
archive = "/var/lib/wpns/archive/old"
)");
}

/// The registry that comes back; a reason is a failure of the test.
Registry reread(const Registry& registry) {
    auto result = parse_registry(to_text(registry));
    EXPECT_TRUE(result) << result.error();
    return result.value_or(Registry{});
}

TEST(RegistryText, ComesBackAsItWas) {
    EXPECT_EQ(reread(small()), small());
    EXPECT_EQ(reread(Registry{}), Registry{});
}

/// Random registries, with odd characters wherever free text can be.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Registry registry() {
        Registry result;
        result.lineage = text();
        result.serial = random_() >> 1U;
        result.host = recorded("");
        for (unsigned i = below(5); i-- > 0;) {
            const auto name = "s" + std::to_string(below(1000));
            result.sites.insert_or_assign(site(name), record(name));
        }
        for (unsigned i = below(4); i-- > 0;)
            result.tombstones.push_back({text(), id(), id(), text() + std::to_string(i)});
        return result;
    }

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    std::uint32_t id() { return next_id_ += 1 + below(1000); }

    std::string text() {
        constexpr std::string_view odd = "\"\\\n\t\r\x01\x7f#=[]{} 'ab/\xc3\xa4";
        std::string result;
        for (unsigned i = below(8); i-- > 0;) {
            const char c = odd[below(static_cast<unsigned>(odd.size()) - 2)];
            result += c;
            if (below(5) == 0) result += "\xc3\xa4";
        }
        return result;
    }
    std::string digest() {
        return below(4) == 0 ? pending : sha256_hex(std::to_string(random_())).substr(0, 16);
    }
    Recorded recorded(const std::string& name) {
        Recorded result;
        for (unsigned i = below(10); i-- > 0;)
            result[{static_cast<Kind>(below(11)), "/" + text(), name}] = digest();
        return result;
    }
    SiteRecord record(const std::string& name) {
        SiteRecord result;
        const Ipv4 address{next_id_ * 4 + 0x0a000000};
        result.allocation = {Cidr::of(address, 30), id(), id(), sha256_hex(name)};
        result.network = {below(9001), static_cast<Egress>(below(3))};
        result.domain = text();
        result.resources = recorded(name);
        return result;
    }

    std::mt19937_64 random_;
    std::uint32_t next_id_ = 0;
};

TEST(RegistryText, RandomRegistriesComeBack) {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const Registry registry = Generator(seed).registry();
        ASSERT_EQ(reread(registry), registry) << "seed " << seed;
    }
}

TEST(RegistryText, EveryChangedBitIsRefused) {
    const std::string text = to_text(small());
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string changed = text;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
            ASSERT_FALSE(parse_registry(changed)) << "byte " << i << " bit " << bit;
        }
    }
}

TEST(RegistryText, EveryCutAndEveryLostByteIsRefused) {
    const std::string text = to_text(small());
    for (std::size_t i = 0; i < text.size(); ++i) {
        ASSERT_FALSE(parse_registry(text.substr(0, i))) << "cut at " << i;
        ASSERT_FALSE(parse_registry(std::string(text).erase(i, 1))) << "without byte " << i;
        ASSERT_FALSE(parse_registry(std::string(text).insert(i, 1, '\n'))) << "more at " << i;
    }
}

/// A body with a right checksum: what only another program or version would write.
std::string sign(const std::string& body) {
    return "checksum = \"" + sha256_hex(body) + "\"\n" + body;
}

struct Damage {
    std::string_view name;
    std::string_view from;  ///< part of the body of small()
    std::string_view to;
    std::string_view reason;
};

class DamagedRegistry : public testing::TestWithParam<Damage> {};

TEST_P(DamagedRegistry, IsRefusedWithTheReason) {
    const auto& damage = GetParam();
    std::string body = to_text(small());
    body.erase(0, body.find('\n') + 1);
    const auto at = body.find(damage.from);
    ASSERT_NE(at, std::string::npos);
    const auto result = parse_registry(sign(body.replace(at, damage.from.size(), damage.to)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), damage.reason);
}

constexpr std::string_view seed_line =
    "seed = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"";
constexpr std::string_view second_site = R"([sites.site-b]
domain = "b"
subnet = "10.10.1.4/30"
uid = 401
db_uid = 405
seed = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
mtu = 1
egress = "open"
resources = []
[[tombstones]])";
constexpr std::string_view same_subnet = R"([sites.site-b]
domain = "b"
subnet = "10.10.1.0/30"
uid = 404
db_uid = 405
seed = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
mtu = 1
egress = "open"
resources = []
[[tombstones]])";
constexpr std::string_view same_archive = R"([[tombstones]]
site = "x"
uid = 404
db_uid = 405
archive = "/var/lib/wpns/archive/old"
[[tombstones]])";

INSTANTIATE_TEST_SUITE_P(
    All, DamagedRegistry,
    testing::Values(
        Damage{"newer", "schema = 1", "schema = 2",
               "made by a newer wpns: schema 2, this one reads 1"},
        Damage{"no_schema", "schema = 1\n", "", "schema is missing or makes no sense"},
        Damage{"schema_0", "schema = 1", "schema = 0", "schema is missing or makes no sense"},
        Damage{"schema_text", "schema = 1", "schema = \"1\"",
               "schema is missing or makes no sense"},
        Damage{"unknown_key", "serial", "colour = 1\nserial", "unknown key colour"},
        Damage{"unknown_key_of_site", "uid = 400", "uid = 400\ncolour = 1",
               "[sites.site-a]: unknown key colour"},
        Damage{"unknown_key_of_tombstone", "uid = 402", "uid = 402\ncolour = 1",
               "[[tombstones]]: unknown key colour"},
        Damage{"no_lineage", "lineage = \"5f0c\"\n", "", "lineage is missing or no text"},
        Damage{"no_serial", "serial = 7\n", "", "serial is missing or no number"},
        Damage{"negative_serial", "serial = 7", "serial = -7", "serial is out of range"},
        Damage{"no_host", "host", "[host]\nx", "host is missing or no list"},
        Damage{"no_resources", "resources = [", "domain2 = [",
               "[sites.site-a]: unknown key domain2"},
        Damage{"resource_number", "\"directory /etc/wpns 0123456789abcdef\"", "5",
               "a resource that is no text"},
        Damage{"resource_kind", "directory /etc/wpns", "folder /etc/wpns",
               "no resource: folder /etc/wpns 0123456789abcdef"},
        Damage{"resource_without_id", "directory /etc/wpns", "directory",
               "no resource: directory 0123456789abcdef"},
        Damage{"resource_with_empty_id", "directory /etc/wpns", "directory ",
               "no resource: directory  0123456789abcdef"},
        Damage{"short_digest", "0123456789abcdef", "0123456789abcde",
               "no resource: directory /etc/wpns 0123456789abcde"},
        Damage{"kind_only", "directory /etc/wpns 0123456789abcdef", "directory",
               "no resource: directory"},
        Damage{"twice", "\"directory /etc/wpns 0123456789abcdef\"",
               "\"directory /etc/wpns 0123456789abcdef\", \"directory /etc/wpns pending\"",
               "twice the same resource: directory /etc/wpns pending"},
        Damage{"uid_0", "uid = 400", "uid = 0", "[sites.site-a]: uid is out of range"},
        Damage{"uid_large", "uid = 400", "uid = 4294967295", "[sites.site-a]: uid is out of range"},
        Damage{"uid_text", "uid = 400", "uid = \"400\"",
               "[sites.site-a]: uid is missing or no number"},
        Damage{"uid_twice_in_site", "uid = 400", "uid = 401",
               "[sites.site-a]: an account number is given twice"},
        Damage{"uid_twice", "[[tombstones]]", second_site,
               "[sites.site-b]: an account number is given twice"},
        Damage{"subnet_twice", "[[tombstones]]", same_subnet,
               "[sites.site-b]: 10.10.1.0/30 is given twice"},
        Damage{"archive_twice", "[[tombstones]]", same_archive,
               "[[tombstones]]: /var/lib/wpns/archive/old is there twice"},
        Damage{"subnet", "10.10.1.0/30", "10.10.1.0/29", "[sites.site-a]: subnet makes no sense"},
        Damage{"seed", "seed = \"aa", "seed = \"a", "[sites.site-a]: seed makes no sense"},
        Damage{"no_seed", seed_line, "", "[sites.site-a]: seed is missing or no text"},
        Damage{"egress", "egress = \"web\"", "egress = \"all\"",
               "[sites.site-a]: egress makes no sense"},
        Damage{"mtu", "mtu = 1400", "mtu = 65536", "[sites.site-a]: mtu is out of range"},
        Damage{"site_name", "[sites.site-a]", "[sites.Site]", "no site: Site"}),
    [](const auto& damage) { return std::string(damage.param.name); });

TEST(RegistryText, TextOfAnotherKindIsRefused) {
    const auto reason = [](const std::string& text) {
        const auto result = parse_registry(text);
        return result ? "accepted" : result.error();
    };
    EXPECT_EQ(reason(""), "the file is empty");
    EXPECT_EQ(reason(std::string(4096, '\0')), "the first line holds no checksum");
    EXPECT_EQ(reason("schema = 1\n"), "the first line holds no checksum");
    EXPECT_EQ(reason("{\"schema\": 1}\n"), "the first line holds no checksum");
    EXPECT_EQ(reason(to_text(small()) + "\n"), "the checksum is wrong: it was cut or changed");
    EXPECT_EQ(reason(sign("")), "schema is missing or makes no sense");
    EXPECT_EQ(reason(sign("not toml")).substr(0, 7), "line 2:");
    EXPECT_EQ(reason(sign("schema = 1\nlineage = \"\xff\"\n")).substr(0, 7), "line 3:");
}

TEST(RegistryText, AWrongShapeIsRefused) {
    const auto reason = [](const std::string& rest) {
        const auto result = parse_registry(
            sign("schema = 1\nlineage = \"\"\nserial = 1\nhost = []\n" + rest + "\n"));
        return result ? "accepted" : result.error();
    };
    EXPECT_EQ(reason(""), "accepted");
    EXPECT_EQ(reason("sites = 5"), "sites is no table");
    EXPECT_EQ(reason("sites = [{}]"), "sites is no table");
    EXPECT_EQ(reason("sites.a = 5"), "no site: a");
    EXPECT_EQ(reason("tombstones = {}"), "tombstones is no list of tables");
    EXPECT_EQ(reason("tombstones = [5]"), "tombstones is no list of tables");
    EXPECT_EQ(reason("serial = 2").substr(0, 7), "line 6:");
}

TEST(RegistryText, AResourceOfAnotherSiteIsABug) {
    Registry registry = small();
    registry.host[{Kind::file, "/x", "site-a"}] = pending;
    EXPECT_THROW((void)to_text(registry), Error);
}

Registry large(unsigned sites) {
    Registry registry;
    for (unsigned i = 0; i < sites; ++i) {
        const auto name = "customer-" + std::to_string(i);
        SiteRecord record;
        record.domain = name + ".example";
        record.allocation = {Cidr::of({0x0a0a0000 + 4 * i}, 30), 600000 + 2 * i, 600001 + 2 * i,
                             sha256_hex(name)};
        for (int k = 0; k < 45; ++k)
            record.resources[{Kind::file,
                              "/etc/wpns/rendered/" + name + "/file-" + std::to_string(k), name}] =
                "0123456789abcdef";
        registry.sites.emplace(site(name), record);
    }
    return registry;
}

TEST(RegistryText, AThousandSitesAreReadInLessThanASecond) {
    const Registry registry = large(1000);
    const auto text = to_text(registry);
    const auto start = std::clock();
    const auto result = parse_registry(text);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_EQ(result, registry);
    EXPECT_LT(seconds, 1.0);
    RecordProperty("seconds", std::to_string(seconds));
}

}  // namespace
}  // namespace wpns
