// The suite that TOML's own project tests parsers with, as Debian ships it
// (golang-github-burntsushi-toml-dev): none of its invalid files is taken for settings.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "config/document.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

namespace fs = std::filesystem;

const fs::path suite = "/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests";

/// What a valid file is refused for all the same: the suite knows the drafts of TOML 1.1, and two
/// things that toml++ cannot be trusted with are not read.
bool is_known_refusal(const std::string& reason) {
    for (const auto* known : {"TOML 1.0.0 and earlier", "a letter outside of ASCII"})
        if (reason.find(known) != std::string::npos) return true;
    return false;
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
        if (Document(site_file).parsed()) continue;
        const auto problems = read_site_text(text).problems;
        EXPECT_TRUE(is_known_refusal(problems.front().reason)) << file << "\n"
                                                               << problems.front().reason;
        ++refused;
    }
    EXPECT_LT(refused, 8U);
}

}  // namespace
}  // namespace wpns::config
