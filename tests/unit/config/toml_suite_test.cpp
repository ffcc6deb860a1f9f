// The suite that TOML's own project tests parsers with, as Debian ships it
// (golang-github-burntsushi-toml-dev): none of its invalid files is taken for settings.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "config/document.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

namespace fs = std::filesystem;

const fs::path suite = "/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests";

/// The files of TOML 1.0, where the suite has several versions; empty where it has one.
std::set<std::string> listed_files() {
    std::istringstream list(read_file(suite / "files-toml-1.0.0"));
    std::set<std::string> names;
    for (std::string name; list >> name;) names.insert(name);
    return names;
}

/// A file of TOML 1.1 that an older suite has among those of 1.0.
constexpr std::string_view of_a_later_version = "escape-esc.toml";

/// All TOML files of a half of the suite ("valid" or "invalid"), in a stable order.
std::vector<fs::path> files_of(const std::string& half) {
    const auto listed = listed_files();
    std::vector<fs::path> files;
    if (!fs::exists(suite / half)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(suite / half)) {
        const auto name = fs::relative(entry.path(), suite).string();
        const bool wanted =
            listed.empty() ? entry.path().filename() != of_a_later_version : listed.contains(name);
        if (entry.path().extension() == ".toml" && wanted) files.push_back(entry.path());
    }
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
    for (const auto& file : files_of("valid")) {
        const std::string text = read_file(file);
        const Source site_file{"site-a.toml", text};
        EXPECT_TRUE(Document(site_file).parsed()) << file << "\n"
                                                  << described(read_site_text(text));
    }
}

}  // namespace
}  // namespace wpns::config
