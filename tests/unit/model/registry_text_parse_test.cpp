#include <gtest/gtest.h>

#include "model/registry_text.hpp"
#include "registry_sample.hpp"

namespace wpns {
namespace {

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
        Damage{"allow", "egress = \"web\"", "egress = \"web\"\nallow = [\"10.0.0.1:0\"]",
               "[sites.site-a]: allow makes no sense"},
        Damage{"allow_number", "egress = \"web\"", "egress = \"web\"\nallow = [5]",
               "[sites.site-a]: allow makes no sense"},
        Damage{"allow_no_list", "egress = \"web\"", "egress = \"web\"\nallow = \"a.example\"",
               "[sites.site-a]: allow is no list"},
        Damage{"source_address", "egress = \"web\"", "egress = \"web\"\nsource_address = \"::1\"",
               "[sites.site-a]: source_address makes no sense"},
        Damage{"connections", "egress = \"web\"", "egress = \"web\"\nconnections = 0",
               "[sites.site-a]: connections makes no sense"},
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

}  // namespace
}  // namespace wpns
