#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {
namespace {

UniqueFd open_directory(int at, const std::string& name, const std::string& shown) {
    auto fd = open_below(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                         RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
    if (fd) return std::move(*fd);
    if (fd.error() == ENOTDIR || fd.error() == ELOOP) {
        throw Error(ErrorKind::conflict, shown + " is not a directory");
    }
    throw_errno("open " + shown, fd.error());
}

/// O_PATH descriptors cannot be synced.
void sync_directory_of(const Place& place) {
    const UniqueFd fd(::openat(place.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) throw_errno("open the directory of " + place.path, errno);
    sync_fd(fd.get(), "the directory of " + place.path);
}

void sync_filesystem_of(const Place& place) {
    const UniqueFd fd(::openat(place.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::syncfs(fd.get()) != 0)
        throw_errno("sync the filesystem of " + place.path, errno);
}

/// True when something had to be corrected.
bool set_owner_and_mode(int fd, const Directory& wanted, const std::string& shown) {
    const struct stat info = stat_of(fd, shown);
    const bool owner = info.st_uid != wanted.uid || info.st_gid != wanted.gid;
    const bool mode = (info.st_mode & 07777) != wanted.mode;
    if (owner && ::fchown(fd, wanted.uid, wanted.gid) != 0) throw_errno("own " + shown, errno);
    if ((owner || mode) && ::fchmod(fd, wanted.mode) != 0) throw_errno("chmod " + shown, errno);
    return owner || mode;
}

void ensure_directory(const Place& place, const Directory& wanted) {
    failpoint(Failpoint::directory_make);
    const bool created = ::mkdirat(place.directory.get(), place.name.c_str(), 0700) == 0;
    if (!created && errno != EEXIST) throw_errno("create " + place.path, errno);
    failpoint(Failpoint::directory_made);
    const UniqueFd fd = open_directory(place.directory.get(), place.name, place.path);
    if (set_owner_and_mode(fd.get(), wanted, place.path) || created) sync_fd(fd.get(), place.path);
    if (created) sync_directory_of(place);
}

Place place_with_parents(const std::string& path) {
    if (auto place = find_place(path)) return std::move(*place);
    const std::string parent = path.substr(0, path.rfind('/'));
    ensure_directory(place_with_parents(parent), Directory{});
    return need_place(path);
}

}  // namespace

void LinuxFiles::make_directory(const std::string& path, const Directory& directory) {
    ensure_directory(place_with_parents(path), directory);
}

void LinuxFiles::remove_file(const std::string& path) {
    const auto place = find_place(path);
    if (!place) return;
    sweep_once(place->directory.get(), path.substr(0, path.rfind('/')));
    failpoint(Failpoint::file_remove);
    if (::unlinkat(place->directory.get(), place->name.c_str(), 0) != 0) {
        if (errno == ENOENT) return;
        throw_errno("remove " + path, errno);
    }
    sync_directory_of(*place);
}

void LinuxFiles::sweep(const std::string& directory) {
    const auto place = find_place(directory + "/.none");
    if (!place) return;
    failpoint(Failpoint::file_remove);
    sweep_once(place->directory.get(), directory);
}

void LinuxFiles::remove_directory(const std::string& path) {
    const auto place = find_place(path);
    if (!place) return;
    const auto found = look(*place);
    if (!found) return;
    // What a crashed write has left would keep the directory for ever.
    if (S_ISDIR(found->info.st_mode) && is_roots_alone(found->info)) {
        remove_leftovers(found->fd.get(), path);
    }
    failpoint(Failpoint::directory_remove);
    if (::unlinkat(place->directory.get(), place->name.c_str(), AT_REMOVEDIR) != 0) {
        throw_errno("remove " + path, errno);
    }
    sync_directory_of(*place);
}

void LinuxFiles::rename(const std::string& from, const std::string& to) {
    const Place source = need_place(from);
    const Place target = need_place(to);
    failpoint(Failpoint::rename);
    if (::renameat2(source.directory.get(), source.name.c_str(), target.directory.get(),
                    target.name.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) throw Error(ErrorKind::conflict, to + " exists already");
        throw_errno("rename " + from + " to " + to, errno);
    }
    failpoint(Failpoint::renamed);
    sync_directory_of(target);
    sync_directory_of(source);
}

void LinuxFiles::exchange(const std::string& one, const std::string& other) {
    const Place first = need_place(one);
    const Place second = need_place(other);
    for (const Place* place : {&first, &second}) {
        const auto found = look(*place);
        if (!found) throw Error(ErrorKind::missing, place->path + " does not exist");
        if (!S_ISDIR(found->info.st_mode)) {
            throw Error(ErrorKind::conflict, place->path + " is not a directory");
        }
    }
    // What was written below them by others than us counts only when it is on the disk.
    for (const Place* place : {&first, &second}) sync_filesystem_of(*place);
    failpoint(Failpoint::exchange);
    if (::renameat2(first.directory.get(), first.name.c_str(), second.directory.get(),
                    second.name.c_str(), RENAME_EXCHANGE) != 0) {
        throw_errno("exchange " + one + " and " + other, errno);
    }
    failpoint(Failpoint::exchanged);
    sync_directory_of(first);
    sync_directory_of(second);
}

}  // namespace wpns::host::linux_os
