#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"
#include "host/linux/run_as.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr unsigned kMaxSizeDepth = 256;
constexpr std::uint64_t kBlock = 512;  // unit of st_blocks, whatever the filesystem

std::uint64_t size_below(int directory, uid_t owner, unsigned depth);

/// A tree of another owner is looked at by a child that has become that owner.
std::uint64_t size_as(uid_t uid, int directory) {
    const auto work = [uid](int inside) { return std::to_string(size_below(inside, uid, 0)); };
    const std::string text = run_as(uid, directory, work, "measure", "a directory");
    std::uint64_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

std::uint64_t size_of_entry(int directory, const char* name, uid_t owner, unsigned depth) {
    struct stat info {};
    if (::fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    const std::uint64_t own = static_cast<std::uint64_t>(info.st_blocks) * kBlock;
    if (!S_ISDIR(info.st_mode) || depth == kMaxSizeDepth) return own;
    const auto inner = open_below(directory, name, directory_flags, resolve_inside);
    if (!inner) return own;
    const uid_t uid = stat_of(inner->get(), name).st_uid;
    if (uid != owner && owner == 0) return own + size_as(uid, inner->get());
    return own + size_below(inner->get(), owner, depth + 1);
}

std::uint64_t size_below(int directory, uid_t owner, unsigned depth) {
    UniqueFd copy(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(
        copy.valid() ? ::fdopendir(copy.get()) : nullptr, ::closedir);
    if (!stream) return 0;
    (void)copy.release();
    std::uint64_t size = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            size += size_of_entry(directory, entry->d_name, owner, depth);
    }
    return size;
}

}  // namespace

std::uint64_t LinuxFiles::tree_size(const std::string& directory) const {
    const auto place = find_place(directory);
    if (!place) return 0;
    return size_of_entry(place->directory.get(), place->name.c_str(), 0, 0);
}

std::uint64_t LinuxFiles::free_bytes(const std::string& directory) const {
    const auto place = need_place(directory + "/.none");
    struct statvfs info {};
    if (::fstatvfs(place.directory.get(), &info) != 0)
        throw_errno("look at the filesystem of " + directory, errno);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace wpns::host::linux_os
