#include <fcntl.h>

#include <functional>
#include <vector>

#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

class Stamping : public FilesTest {
  protected:
    [[nodiscard]] std::optional<Stamp> stamp(const std::string& name) const {
        const std::string path = at(name);
        return files.stamps(std::span(&path, 1)).of.front();
    }
    LinuxFiles files;
};

/// Puts times back as they were, which everybody who may write a file can.
void put_times_back(const std::string& path, const struct stat& before) {
    const timespec times[] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST_F(Stamping, EveryKindOfChangeShowsAlthoughTimesArePutBack) {
    const std::string path = at("file");
    const std::vector<std::pair<const char*, std::function<void()>>> changes = {
        {"content of the same size", [&] { std::ofstream(path, std::ios::in) << "EDITED"; }},
        {"mode", [&] { fs::permissions(path, fs::perms::owner_all); }},
        {"owner", [&] { ASSERT_EQ(::chown(path.c_str(), 1, 0), 0); }},
        {"group", [&] { ASSERT_EQ(::chown(path.c_str(), 0, 1), 0); }},
        {"hard link", [&] { fs::create_hard_link(path, at("other")); }},
        {"another file", [&] { fs::rename(at("twin"), path); }},
        {"a link", [&] { fs::remove(path), fs::create_symlink(at("twin"), path); }},
        {"a directory", [&] { fs::remove(path), fs::create_directory(path); }},
        {"nothing", [&] { fs::remove(path); }},
    };
    for (const auto& [what, change] : changes) {
        fs::remove_all(root);
        put(path, "before");
        put(at("twin"), "before");
        ::usleep(20'000);  // a tick of the kernel's clock
        struct stat info {};
        ASSERT_EQ(::stat(path.c_str(), &info), 0);
        const auto before = stamp("file");
        ASSERT_TRUE(before);
        EXPECT_EQ(stamp("file"), before);
        change();
        if (fs::exists(fs::symlink_status(path))) put_times_back(path, info);
        EXPECT_NE(stamp("file"), before) << what;
    }
}

TEST_F(Stamping, IsWhatTheKernelSays) {
    put(at("a/file"), "content");
    struct stat info {};
    ASSERT_EQ(::stat(at("a/file").c_str(), &info), 0);
    const auto found = stamp("a/file");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->inode, info.st_ino);
    EXPECT_EQ(found->size, 7U);
    EXPECT_EQ(found->ctime, info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec);
    const std::vector<std::string> one = {at("a/file")};
    // Some kernels write times that are finer than this clock.
    EXPECT_GT(files.stamps(one).taken, found->ctime - 100'000'000);
}

TEST_F(Stamping, ManyComeInTheOrderOfTheQuestion) {
    std::vector<std::string> paths;
    for (const std::string name :
         {"b/x/1", "a-c/1", "a/2", "b/x", "a/1", "none/1", "a", "b/y/none"})
        paths.push_back(at(name));
    for (const std::string name : {"b/x/1", "a-c/1", "a/2", "a/1"}) put(at(name), name);
    const auto stamps = files.stamps(paths);
    ASSERT_EQ(stamps.of.size(), paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        struct stat info {};
        const bool there = ::lstat(paths[i].c_str(), &info) == 0;
        ASSERT_EQ(stamps.of[i].has_value(), there) << paths[i];
        EXPECT_TRUE(!there || stamps.of[i]->inode == info.st_ino) << paths[i];
    }
}

TEST_F(Stamping, ADirectoryThatOthersCanChangeIsNamed) {
    put(at("a/b/file"), "x");
    fs::permissions(at("a"), fs::perms::all);
    EXPECT_THROW((void)stamp("a/b/file"), Error);
    fs::permissions(at("a"), fs::perms::owner_all);
    EXPECT_TRUE(stamp("a/b/file"));
    put(at("plain"), "x");
    EXPECT_THROW((void)stamp("plain/file"), Error);
    const std::vector<std::string> bad = {"/a/../b"};
    EXPECT_THROW((void)files.stamps(bad), Error);
}

TEST_F(Stamping, RootsLinksOnTheWayAreFollowed) {
    put(at("real/file"), "x");
    fs::create_directory_symlink(at("real"), at("link"));
    EXPECT_EQ(stamp("link/file"), stamp("real/file"));
    EXPECT_NE(stamp("link"), stamp("real"));
    ASSERT_EQ(::lchown(at("link").c_str(), 1, 1), 0);
    EXPECT_THROW((void)stamp("link/file"), Error);
}

}  // namespace
}  // namespace wpns::host::linux_os
