// The suite that TOML's own project tests parsers with, as Debian ships it
// (golang-github-burntsushi-toml-dev): none of its invalid files is taken for settings.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "config/document.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

namespace fs = std::filesystem;

const fs::path suite = "/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests";

/// Files of the drafts of TOML 1.1, which the suite has among the valid ones.
const std::set<std::string> of_a_later_version = {
    "valid/string/escape-esc.toml", "valid/string/hex-escape.toml",
    "valid/datetime/no-seconds.toml", "valid/inline-table/newline.toml", "valid/key/unicode.toml"};

/// Valid, and refused all the same, because toml++ cannot be trusted with it.
bool is_known_refusal(const std::string& reason) {
    return reason.find("a letter outside of ASCII") != std::string::npos;
}

/// All TOML files of a half of the suite ("valid" or "invalid"), in a stable order.
std::vector<fs::path> files_of(const std::string& half) {
    std::vector<fs::path> files;
    if (!fs::exists(suite / half)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(suite / half))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
}

TEST(TomlSuite, IsThere) {
    EXPECT_GT(files_of("invalid").size(), 200U) << "install golang-github-burntsushi-toml-dev";
    EXPECT_GT(files_of("valid").size(), 90U);
}

TEST(TomlSuite, InvalidFilesAreRefusedWithAPlace) {
    for (const auto& file : files_of("invalid")) {
        const std::string text = read_file(file);
        const Source site_file{"site-a.toml", text};
        const Document document(site_file);
        EXPECT_FALSE(document.parsed()) << file;
        const auto problems = read_site_text(text).problems;
        ASSERT_FALSE(problems.empty()) << file;
        EXPECT_GE(problems.front().line, 1U) << file;
        EXPECT_LE(problems.front().line, lines_of(text)) << file;
    }
}

TEST(TomlSuite, ValidFilesAreRead) {
    unsigned refused = 0;
    for (const auto& file : files_of("valid")) {
        const std::string text = read_file(file);
        const Source site_file{"site-a.toml", text};
        if (of_a_later_version.contains(fs::relative(file, suite)) || Document(site_file).parsed())
            continue;
        const auto problems = read_site_text(text).problems;
        EXPECT_TRUE(is_known_refusal(problems.front().reason)) << file << "\n"
                                                               << problems.front().reason;
        ++refused;
    }
    EXPECT_LT(refused, 4U);
}

}  // namespace
}  // namespace wpns::config
