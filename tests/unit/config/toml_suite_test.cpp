#include <gtest/gtest.h>

#include <filesystem>

#include "reading.hpp"

namespace wpns::config {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> suite(const std::string& kind) {
    std::vector<fs::path> files;
    const fs::path root = fs::path(WPNS_SOURCE_DIR) / "tests/cases/config/toml-test" / kind;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    return files;
}

/// Problems of the text itself; those of its keys come on top, as toml-test knows nothing of sites.
std::vector<Problem> syntax_problems(const fs::path& file) {
    std::vector<Problem> found;
    for (const auto& problem : read_site_text(read_file(file)).problems)
        for (const char* reason : {"not valid TOML", "the bytes are no UTF-8",
                                   "the file is in UTF-16", "the file holds a NUL byte"})
            if (problem.reason.starts_with(reason)) found.push_back(problem);
    return found;
}

TEST(TomlSuite, InvalidFilesHaveOneProblemWithAPlace) {
    const auto files = suite("invalid");
    EXPECT_GE(files.size(), 200U);
    for (const auto& file : files) {
        const auto problems = syntax_problems(file);
        ASSERT_EQ(problems.size(), 1U) << file;
        EXPECT_GT(problems[0].line, 0U) << file;
        EXPECT_GT(problems[0].column, 0U) << file;
    }
}

TEST(TomlSuite, ValidFilesAreToml) {
    const auto files = suite("valid");
    EXPECT_GE(files.size(), 90U);
    for (const auto& file : files) EXPECT_TRUE(syntax_problems(file).empty()) << file;
}

}  // namespace
}  // namespace wpns::config
