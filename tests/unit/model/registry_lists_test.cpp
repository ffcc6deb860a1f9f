#include "model/registry_lists.hpp"

#include <gtest/gtest.h>

#include "registry_sample.hpp"

namespace wpns {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view front = "schema = 1\nlineage = \"\"\nserial = 1\nhost = []\n";

/// All parts as one.
std::string rest_of(const RegistryLists& lists) {
    std::string rest;
    for (const auto& part : lists.parts) rest += part.text;
    return rest;
}

TEST(RegistryLists, TakesOutWhatIsPlainAndKeepsTheLines) {
    const auto split = split_registry(
        "host = [\n  \"a b c\",\n]\n[sites.site-a]\nmtu = 1\nresources = [\n  \"x\",\n  "
        "\"y\",\n]\n");
    EXPECT_EQ(rest_of(split), "host = [\n\n]\n[sites.site-a]\nmtu = 1\nresources = [\n\n\n]\n");
    EXPECT_EQ(split.lists.at(""), Lines{"a b c"});
    EXPECT_EQ(split.lists.at("site-a"), (Lines{"x", "y"}));
}

/// As names of slices have for a dash in the name of a site.
TEST(RegistryLists, ABackslashIsPlain) {
    const auto split =
        split_registry("[sites.site-a]\nresources = [\n  \"wpns-a\\\\x2db.slice\",\n]\n");
    EXPECT_EQ(split.lists.at("site-a"), Lines{"wpns-a\\\\x2db.slice"});
}

TEST(RegistryLists, LeavesEverythingElseToTheParser) {
    for (const std::string list :
         {"  \"a\\nb\",\n]\n", "  \"a\\\\\\\",\n]\n", "  \"\\\\u0041\\u0041\",\n]\n",
          "  \"\xc3\xa4\",\n]\n", "  \"a\"\n]\n", "\"a\",\n]\n", "  \"a\", \"b\",\n]\n",
          "  \"a\",\n", "  \"a\",\n] # x\n"}) {
        const std::string text = "[sites.site-a]\nresources = [\n" + list;
        EXPECT_EQ(rest_of(split_registry(text)), text);
    }
    for (const std::string heading :
         {"[sites.\"site-a\"]", "[ sites.site-a ]", "[sites.site-a] # x", "[sites.SITE]",
          "[[tombstones]]", "  [sites.site-b]"}) {
        const std::string text = "[sites.site-a]\n" + heading + "\nresources = [\n  \"a\",\n]\n";
        EXPECT_EQ(rest_of(split_registry(text)), text);
        EXPECT_TRUE(split_registry(text).lists.empty()) << heading;
    }
}

/// A long text that looks like a list stays one text.
TEST(RegistryLists, LongTextsAreNotLookedInto) {
    const std::string text = "[sites.site-a]\ndomain = '''\nresources = [\n  \"a\",\n]\n'''\n";
    EXPECT_EQ(rest_of(split_registry(text)), text);
}

TEST(RegistryLists, NothingIsSkippedInOtherSpellings) {
    const std::string site =
        "domain = \"d\"\nsubnet = \"10.10.1.0/30\"\nuid = 400\ndb_uid = 401\nseed = \"" +
        std::string(64, 'a') + "\"\nmtu = 1500\negress = \"web\"\n";
    const std::string list = "resources = [\n  \"file /etc/x 0123456789abcdef\",\n]\n";
    for (const std::string heading : {"[sites.site-a]", "[sites . site-a]", "[ sites.site-a ]"}) {
        const auto registry =
            parse_registry(sign(std::string(front) + heading + "\n" + site + list));
        ASSERT_TRUE(registry) << registry.error();
        EXPECT_EQ(registry->sites.begin()->second.resources.size(), 1U) << heading;
    }
    for (const std::string& more : {site + list + list, list + "[sites.site-a]\n" + site + list})
        EXPECT_FALSE(parse_registry(sign(std::string(front) + "[sites.site-a]\n" + more))) << more;
}

}  // namespace
}  // namespace wpns
