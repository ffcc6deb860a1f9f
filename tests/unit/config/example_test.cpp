#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "config/vocabulary.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

std::string example() {
    return read_file(std::string(WPNS_SOURCE_DIR) + "/sites.d/example.toml");
}

/// The example with every key in force.
std::string example_in_full() {
    return std::regex_replace(example(), std::regex("(^|\n)#([a-z][a-z0-9_.]* = )"), "$1$2");
}

/// The same with one of two keys that no site has both of.
std::string without(const std::string& key) {
    return std::regex_replace(example_in_full(), std::regex("\n" + key + " = [^\n]*"), "");
}

Config read_example(const std::string& text) {
    return read(std::nullopt, {{"sites.d/example.toml", text}});
}

TEST(Example, IsASiteWithDefaultsOnly) {
    const auto config = read_example(example());
    EXPECT_EQ(described(config), "");
    EXPECT_EQ(only_site(config),
              only_site(read(std::nullopt, {{"example.toml", "domain = 'example.example'\n"}})));
}

TEST(Example, ShowsTheDefaultOfEveryKeyThatHasOne) {
    const auto grouped = read_example(without("subnet"));
    EXPECT_EQ(described(grouped), "");
    EXPECT_EQ(only_site(grouped).network.group, "shop");
    const auto config = read_example(without("group"));
    EXPECT_EQ(described(config), "");
    SiteConfig site = only_site(config);
    EXPECT_EQ(site.aliases.size(), 1U);
    EXPECT_EQ(site.php.settings.size(), 2U);
    site.aliases.clear();
    EXPECT_EQ(site.shadow, "original.example");
    site.shadow.clear();
    site.php.version.clear();
    site.php.settings.clear();
    site.network.subnet.reset();
    site.network.mtu = 0;
    EXPECT_EQ(site.network.allow.size(), 2U);
    site.network.allow.clear();
    site.network.source_address.reset();
    site.network.mac.reset();
    site.wordpress.sha256.clear();
    EXPECT_EQ(site, only_site(read_example(example())));
}

TEST(Example, HasEveryKey) {
    std::vector<std::string> found;
    std::string table;
    std::istringstream lines(example_in_full());
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_search(line, match, std::regex("^\\[([a-z.]+)\\]")))
            table = match[1].str() + ".";
        if (table == "php.settings.") found.push_back("php.settings");
        if (std::regex_search(line, match, std::regex("^([a-z0-9_]+) = ")))
            found.push_back(table + match[1].str());
    }
    for (const auto& key : known_keys(FileKind::site))
        EXPECT_NE(std::find(found.begin(), found.end(), key), found.end()) << key;
}

}  // namespace
}  // namespace wpns::config
