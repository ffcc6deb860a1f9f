#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "config/php_ini.hpp"
#include "config/vocabulary.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

/// A row of the tables of keys: the key and its default, "-" where it has none.
struct Row {
    std::string key;
    std::string value;
};

std::string documentation() {
    return read_file(std::string(WPNS_SOURCE_DIR) + "/docs/configuration.md");
}

/// The rows of the table below the heading.
std::vector<Row> rows_below(const std::string& heading) {
    const std::string text = documentation();
    const auto start = text.find("\n## " + heading);
    std::istringstream lines(text.substr(start, text.find("\n## ", start + 1) - start));
    const std::regex row("^\\| `([a-z0-9_.]+)` \\| .* \\| (-|`[^`]*`) \\| .* \\| .* \\|$");
    std::vector<Row> rows;
    for (std::string line; std::getline(lines, line);)
        if (std::smatch match; std::regex_match(line, match, row))
            rows.push_back({match[1], match[2]});
    return rows;
}

std::string value_of(const Row& row) {
    return row.value.substr(1, row.value.size() - 2);
}

TEST(Documentation, HasEveryKeyOfASiteInOrder) {
    std::vector<std::string> keys;
    for (const auto& row : rows_below("A site")) keys.push_back(row.key);
    EXPECT_EQ(keys, known_keys(FileKind::site));
}

TEST(Documentation, HasEveryKeyOfTheHost) {
    const std::string text = documentation();
    std::vector<std::string> keys;
    for (const auto& row : rows_below("The host")) keys.push_back(row.key);
    for (const auto& key : known_keys(FileKind::host)) {
        const bool row = std::find(keys.begin(), keys.end(), key) != keys.end();
        EXPECT_TRUE(row || (key.starts_with("site.") && text.find("`" + key + "`") != text.npos))
            << key;
    }
}

TEST(Documentation, HasTheDefaultsOfASite) {
    const SiteConfig plain = only_site(read_site_keys(""));
    int defaults = 0;
    for (const auto& row : rows_below("A site")) {
        if (row.value == "-") continue;
        const auto config = read_site_keys(toml_line(row.key, value_of(row)));
        EXPECT_EQ(described(config), "") << row.key;
        EXPECT_EQ(only_site(config), plain) << row.key;
        ++defaults;
    }
    EXPECT_GE(defaults, 15);
}

TEST(Documentation, HasTheDefaultsOfTheHost) {
    int defaults = 0;
    for (const auto& row : rows_below("The host")) {
        if (row.value == "-") continue;
        const auto config = read(Source{"wpns.toml", toml_line(row.key, value_of(row))}, {});
        EXPECT_EQ(described(config), "") << row.key;
        EXPECT_EQ(config.host, HostConfig{}) << row.key;
        ++defaults;
    }
    EXPECT_GE(defaults, 6);
}

TEST(Documentation, HasEverySettingOfPhp) {
    const std::string text = documentation();
    for (const auto& key : known_ini_keys())
        EXPECT_NE(text.find("`" + key + "`"), text.npos) << key;
}

}  // namespace
}  // namespace wpns::config
