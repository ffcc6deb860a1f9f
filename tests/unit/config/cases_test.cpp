#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "reading.hpp"

namespace wpns::config {
namespace {

namespace fs = std::filesystem;

const fs::path cases = fs::path(WPNS_SOURCE_DIR) / "tests/cases/config";

std::vector<fs::path> sorted(const fs::path& directory, bool (*wanted)(const fs::path&)) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(directory))
        if (wanted(entry.path())) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

bool is_toml(const fs::path& path) {
    return path.extension() == ".toml";
}
bool is_case_folder(const fs::path& path) {
    return fs::exists(path / "expected");
}

/// All problems of a set of files, which are called by their base names; wpns.toml is the host's.
std::string problems_of(const std::vector<fs::path>& files) {
    std::optional<Source> host;
    std::vector<Source> sites;
    for (const auto& file : files) {
        const Source source{file.filename(), read_file(file)};
        if (source.file == "wpns.toml")
            host = source;
        else
            sites.push_back(source);
    }
    return described(read(host, sites));
}

std::string file_name(const testing::TestParamInfo<fs::path>& info) {
    std::string name = info.param.stem();
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// NAME.toml is a site file, NAME.expected what a person is told about it.
class FileCase : public testing::TestWithParam<fs::path> {};

TEST_P(FileCase, IsDescribedAsExpected) {
    fs::path expected = GetParam();
    expected.replace_extension(".expected");
    ASSERT_TRUE(fs::exists(expected));
    EXPECT_EQ(problems_of({GetParam()}), read_file(expected));
}

INSTANTIATE_TEST_SUITE_P(Config, FileCase, testing::ValuesIn(sorted(cases, is_toml)), file_name);

/// A folder with the files of a host and its sites, and what a person is told about all of them.
class FolderCase : public testing::TestWithParam<fs::path> {};

TEST_P(FolderCase, IsDescribedAsExpected) {
    EXPECT_EQ(problems_of(sorted(GetParam(), is_toml)), read_file(GetParam() / "expected"));
}

INSTANTIATE_TEST_SUITE_P(Config, FolderCase, testing::ValuesIn(sorted(cases, is_case_folder)),
                         file_name);

}  // namespace
}  // namespace wpns::config
