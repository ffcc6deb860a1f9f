#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * kSecond + time.tv_nsec;
}

/// The clock that files get their times from.
std::int64_t file_clock() {
    timespec now{};
    if (::clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0) throw_errno("read the clock", errno);
    return nanoseconds(now);
}

Stamp stamp_in(const struct stat& info) {
    Stamp stamp;
    stamp.device = info.st_dev;
    stamp.inode = info.st_ino;
    stamp.mode = info.st_mode;
    stamp.uid = info.st_uid;
    stamp.gid = info.st_gid;
    stamp.links = info.st_nlink;
    stamp.size = static_cast<std::uint64_t>(info.st_size);
    stamp.mtime = nanoseconds(info.st_mtim);
    stamp.ctime = nanoseconds(info.st_ctim);
    return stamp;
}

std::string parent_of(const std::string& path) {
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

/// Directories of the root world, opened one below the other. Those of the last path stay open, so
/// that a thousand sites below one directory do not cost a thousand walks to it.
class OpenDirectories {
  public:
    /// Null where it is not there; good until the next call.
    const Found* open(const std::string& path) {
        while (!open_.empty() && !leads_to(open_.back().first, path)) open_.pop_back();
        if (!open_.empty() && open_.back().first == path) return &open_.back().second;
        auto found = path == "/" ? walk_from(AT_FDCWD, ".", "/") : below(path);
        if (!found) return nullptr;
        require_root_world(found->info, path);
        return &open_.emplace_back(path, std::move(*found)).second;
    }

  private:
    static bool leads_to(std::string_view directory, std::string_view path) {
        return directory == "/" || directory == path ||
               (path.starts_with(directory) && path[directory.size()] == '/');
    }

    std::optional<Found> below(const std::string& path) {
        const Found* parent = open(parent_of(path));
        if (parent == nullptr) return std::nullopt;
        auto found = step(parent->fd.get(), path.substr(path.rfind('/') + 1), path);
        return found && S_ISLNK(found->info.st_mode) ? walk(path, Last::follow) : std::move(found);
    }

    std::vector<std::pair<std::string, Found>> open_;
};

std::optional<Stamp> stamp_at(OpenDirectories& directories, const std::string& path) {
    const Found* directory = directories.open(parent_of(path));
    if (directory == nullptr) return std::nullopt;
    struct stat info {};
    const char* name = path.c_str() + path.rfind('/') + 1;
    if (::fstatat(directory->fd.get(), name, &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0)
        return stamp_in(info);
    if (errno != ENOENT) throw_errno("look at " + path, errno);
    return std::nullopt;
}

}  // namespace

/// In the order of their names, so that directories are opened once.
Stamps LinuxFiles::stamps(std::span<const std::string> paths) const {
    Stamps stamps{file_clock(), std::vector<std::optional<Stamp>>(paths.size())};
    std::vector<std::size_t> order(paths.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(
        order, {}, [&](std::size_t i) -> const auto& { return paths[i]; });
    OpenDirectories directories;
    for (const auto i : order) {
        require_plain_path(paths[i]);
        stamps.of[i] = stamp_at(directories, paths[i]);
    }
    return stamps;
}

}  // namespace wpns::host::linux_os
