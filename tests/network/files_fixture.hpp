#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/error.hpp"
#include "host/linux/files_linux.hpp"

namespace wpns::host::linux_os {

/// True where /run and /etc are mounts of their own: these tests write there, and no real host has
/// a mount on /etc.
inline bool in_throwaway_host() {
    const auto is_mount = [](const char* path) {
        struct statx info {};
        return ::statx(AT_FDCWD, path, 0, STATX_TYPE, &info) == 0 &&
               (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    };
    return ::geteuid() == 0 && is_mount("/run") && is_mount("/etc");
}

#define WPNS_NEEDS_THROWAWAY_HOST()                                                    \
    if (!::wpns::host::linux_os::in_throwaway_host()) {                                \
        GTEST_SKIP() << "needs root and a mount namespace: scripts/in-throwaway-host"; \
    }

/// A directory of the root world that is empty at the start of each test.
class FilesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        WPNS_NEEDS_THROWAWAY_HOST();
        std::filesystem::remove_all(root);
        std::filesystem::create_directories(root);
    }
    void TearDown() override {
        if (in_throwaway_host()) std::filesystem::remove_all(root);
    }

    [[nodiscard]] std::string at(const std::string& path) const { return root + "/" + path; }

    static std::string text_of(const std::string& path) {
        std::ifstream stream(path);
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }

    static void put(const std::string& path, const std::string& text) {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text;
    }

    static struct stat stat_at(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
        return info;
    }

    static std::size_t entries(const std::string& path) {
        using std::filesystem::directory_iterator;
        return static_cast<std::size_t>(
            std::distance(directory_iterator(path), directory_iterator()));
    }

    const std::string root = "/run/wpns-files-test";
    LinuxFiles files;
};

inline File plain(std::string content) {
    File file;
    file.content = std::move(content);
    return file;
}

/// The kind of the Error that `step` throws, and its text in `message`.
template <typename Step>
ErrorKind error_of(Step&& step, std::string* message = nullptr) {
    try {
        step();
    } catch (const Error& error) {
        if (message != nullptr) *message = error.message();
        return error.kind();
    }
    ADD_FAILURE() << "no error";
    return ErrorKind::bug;
}

}  // namespace wpns::host::linux_os
