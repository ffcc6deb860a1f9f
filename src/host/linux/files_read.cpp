#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr mode_t kModeBits = 07777;

File read_regular(const Place& place) {
    auto fd = open_below(place.directory.get(), place.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS);
    if (!fd) throw_errno("read " + place.path, fd.error());
    const struct stat info = stat_of(fd->get(), place.path);
    // A second name of the file may be in a place that others can write.
    if (info.st_nlink != 1) throw Error(ErrorKind::conflict, place.path + " has hard links");
    if (info.st_size > off_t{max_file_size})
        throw Error(ErrorKind::conflict, place.path + " is over 64 MiB");
    File file;
    file.content = read_all(fd->get(), max_file_size, place.path);
    file.uid = info.st_uid;
    file.gid = info.st_gid;
    file.mode = info.st_mode & kModeBits;
    return file;
}

std::optional<File> read_at(const Place& place) {
    const auto found = look(place);
    if (!found) return std::nullopt;
    if (S_ISREG(found->info.st_mode)) return read_regular(place);
    if (!S_ISLNK(found->info.st_mode)) {
        throw Error(ErrorKind::conflict, place.path + " is neither a file nor a symbolic link");
    }
    File link;
    link.link_target = read_link(found->fd.get(), place.path);
    link.uid = found->info.st_uid;
    link.gid = found->info.st_gid;
    return link;
}

}  // namespace

std::optional<File> LinuxFiles::read(const std::string& path) const {
    const auto place = find_place(path);
    return place ? read_at(*place) : std::nullopt;
}

/// A walk from / to the directory costs three times what reading a small file does.
std::map<std::string, File> LinuxFiles::read_many(std::span<const std::string> paths) const {
    std::map<std::string, std::vector<std::string>> names;
    for (const std::string& path : paths) {
        const auto slash = path.rfind('/');
        if (slash == std::string::npos) require_plain_path(path);
        names[path.substr(0, slash)].push_back(path.substr(slash + 1));
    }
    std::map<std::string, File> found;
    for (const auto& [directory, members] : names) {
        auto place = find_place(directory + "/" + members.front());
        for (const std::string& name : members) {
            if (!place) break;
            place->name = name;
            place->path = directory + "/" + name;
            require_plain_path(place->path);
            if (auto file = read_at(*place)) found.emplace(place->path, std::move(*file));
        }
    }
    return found;
}

std::optional<Directory> LinuxFiles::stat_directory(const std::string& path) const {
    const auto place = find_place(path);
    if (!place) return std::nullopt;
    const auto found = look(*place);
    if (!found) return std::nullopt;
    if (!S_ISDIR(found->info.st_mode)) {
        throw Error(ErrorKind::conflict, path + " is not a directory");
    }
    return Directory{found->info.st_uid, found->info.st_gid, found->info.st_mode & kModeBits};
}

bool LinuxFiles::is_directory(const std::string& path) const {
    const auto place = find_place(path);
    if (!place) return false;
    const auto found = look(*place);
    return found && S_ISDIR(found->info.st_mode);
}

std::vector<std::string> LinuxFiles::list(const std::string& directory) const {
    const auto found = walk(directory, Last::follow);
    if (!found) return {};
    if (!S_ISDIR(found->info.st_mode)) {
        throw Error(ErrorKind::conflict, directory + " is not a directory");
    }
    auto names = names_in(found->fd.get(), directory);
    std::erase_if(names, is_temporary_name);
    return names;
}

std::unique_ptr<Files> make_files() {
    return std::make_unique<LinuxFiles>();
}

}  // namespace wpns::host::linux_os
