#include "host/linux/rtree_copy.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <expected>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t kCopyChunk = 1U << 30;

/// Something of the source that has passed the checks, open for reading.
struct Source {
    UniqueFd fd;
    struct stat info {};
    std::string shown;
};

void require_trusted(const struct stat& info, const std::string& shown) {
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        throw Error(ErrorKind::conflict, shown + " is neither a file nor a directory");
    }
    if (!is_roots_alone(info)) throw Error(ErrorKind::conflict, shown + " is not root's alone");
}

void finish(int fd, const Source& source, mode_t mode) {
    const timespec times[] = {source.info.st_atim, source.info.st_mtim};
    if (::fchown(fd, 0, 0) != 0 || ::fchmod(fd, mode) != 0 || ::futimens(fd, times) != 0) {
        throw_errno("copy " + source.shown, errno);
    }
}

/// Shares the blocks where the filesystem can, else copies inside the kernel.
void copy_bytes(int from, int to, const std::string& shown) {
    if (::ioctl(to, FICLONE, from) == 0) return;
    ssize_t size = 0;
    while ((size = ::copy_file_range(from, nullptr, to, nullptr, kCopyChunk, 0)) > 0) {
    }
    if (size == 0) return;
    // Between different filesystems, or where it is not offered (both before the first byte).
    while ((size = ::sendfile(to, from, nullptr, kCopyChunk)) > 0) {
    }
    if (size < 0) throw_errno("copy " + shown, errno);
}

class Copier {
  public:
    explicit Copier(const std::set<std::string>& skip) : skip_(skip) {}

    void directory(const Source& source, int to, const std::string& relative) {
        const std::pair identity{source.info.st_dev, source.info.st_ino};
        for (const auto& above : above_) {
            if (above == identity) {
                throw Error(ErrorKind::conflict, source.shown + " is a link to a tree it is in");
            }
        }
        above_.push_back(identity);
        for (const auto& name : names_in(source.fd.get(), source.shown)) {
            if (skip_.contains(relative + name)) continue;
            if (auto entry = open_entry(source, name)) copy(*entry, to, name, relative + name);
        }
        above_.pop_back();
        finish(to, source, 0755);
    }

  private:
    /// Nothing for a link that leads nowhere.
    static std::optional<Source> open_entry(const Source& in, const std::string& name) {
        Source entry{UniqueFd(), {}, in.shown + "/" + printable(name)};
        auto fd = open_below(in.fd.get(), name.c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS);
        if (fd) {
            entry.fd = std::move(*fd);
        } else if (fd.error() == ELOOP) {
            if (!open_target(in, name, entry)) return std::nullopt;
        } else if (fd.error() == ENXIO) {
            throw Error(ErrorKind::conflict, entry.shown + " is a socket");
        } else {
            throw_errno("open " + entry.shown, fd.error());
        }
        entry.info = stat_of(entry.fd.get(), entry.shown);
        require_trusted(entry.info, entry.shown);
        return entry;
    }

    static bool open_target(const Source& in, const std::string& name, Source& entry) {
        const auto found = walk_from(in.fd.get(), in.shown, name);
        if (!found) return false;
        require_trusted(found->info, entry.shown);
        entry.fd = reopen(found->fd.get(), O_RDONLY, entry.shown);
        return true;
    }

    void copy(const Source& entry, int to, const std::string& name, const std::string& relative) {
        if (S_ISREG(entry.info.st_mode)) return file(entry, to, name);
        if (::mkdirat(to, name.c_str(), 0700) != 0) throw_errno("copy " + entry.shown, errno);
        const UniqueFd made = open_made(to, name, O_RDONLY | O_DIRECTORY, entry.shown);
        directory(entry, made.get(), relative + "/");
    }

    static void file(const Source& entry, int to, const std::string& name) {
        const UniqueFd made = open_made(to, name, O_WRONLY | O_CREAT | O_EXCL, entry.shown);
        copy_bytes(entry.fd.get(), made.get(), entry.shown);
        finish(made.get(), entry, 0644);
    }

    static UniqueFd open_made(int to, const std::string& name, int flags,
                              const std::string& shown) {
        auto fd = open_below(to, name.c_str(), flags | O_NOFOLLOW,
                             RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, flags & O_CREAT ? 0600 : 0);
        if (!fd) throw_errno("copy " + shown, fd.error());
        return std::move(*fd);
    }

    const std::set<std::string>& skip_;
    std::vector<std::pair<dev_t, ino_t>> above_;
};

}  // namespace

void copy_contents(const Found& source, const std::string& shown, int to,
                   const std::set<std::string>& skip) {
    require_root_world(source.info, shown);
    Source top{reopen(source.fd.get(), O_RDONLY | O_DIRECTORY, shown), source.info, shown};
    Copier(skip).directory(top, to, "");
}

}  // namespace wpns::host::linux_os
