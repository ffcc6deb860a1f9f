#include "host/linux/rtree_clone.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

/// Both files are at the same offset in every round; copy_file_range moves it.
void copy_range(int from, int to, off_t begin, off_t end, const std::string& shown) {
    off_t in = begin;
    off_t out = begin;
    while (in < end) {
        const auto left = static_cast<std::size_t>(end - in);
        const ssize_t size = ::copy_file_range(from, &in, to, &out, left, 0);
        if (size == 0) return;  // cut short under us: not ours to judge
        if (size < 0 && errno != EINTR) throw_errno("copy " + shown, errno);
    }
}

void copy_data(int from, int to, off_t size, const std::string& shown) {
    if (::ioctl(to, FICLONE, from) == 0) return;
    if (::ftruncate(to, size) != 0) throw_errno("copy " + shown, errno);
    for (off_t begin = 0; begin < size;) {
        begin = ::lseek(from, begin, SEEK_DATA);
        if (begin < 0 && errno == ENXIO) return;  // only a hole is left
        const off_t end = begin < 0 ? -1 : ::lseek(from, begin, SEEK_HOLE);
        if (end < 0) throw_errno("read " + shown, errno);
        copy_range(from, to, begin, end, shown);
        begin = end;
    }
}

class Cloner {
  public:
    Cloner(uid_t from, uid_t to) : from_(from), to_(to) {}

    void directory(int from, int to, const std::string& shown) const {
        const struct stat info = checked(from, shown);
        for (const auto& name : names_in(from, shown))
            entry(from, to, name, shown + "/" + printable(name));
        give(to, info.st_mode, shown);
    }

  private:
    [[nodiscard]] struct stat checked(int fd, const std::string& shown) const {
        const struct stat info = stat_of(fd, shown);
        const bool plain = S_ISDIR(info.st_mode) || (S_ISREG(info.st_mode) && info.st_nlink == 1);
        if (plain && info.st_uid == from_) return info;
        throw Error(ErrorKind::conflict, shown + " does not belong into the tree");
    }

    void entry(int from, int to, const std::string& name, const std::string& shown) const {
        const UniqueFd source = open_in(from, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, shown);
        const struct stat info = checked(source.get(), shown);
        if (S_ISDIR(info.st_mode)) {
            if (::mkdirat(to, name.c_str(), 0700) != 0) throw_errno("copy " + shown, errno);
            const UniqueFd made = open_in(to, name, O_RDONLY | O_DIRECTORY, shown);
            return directory(source.get(), made.get(), shown);
        }
        const UniqueFd made = open_in(to, name, O_WRONLY | O_CREAT | O_EXCL, shown);
        copy_data(source.get(), made.get(), info.st_size, shown);
        give(made.get(), info.st_mode, shown);
    }

    /// Owner first: a change of owner takes set-id bits away.
    void give(int fd, mode_t mode, const std::string& shown) const {
        if (::fchown(fd, to_, to_) != 0 || ::fchmod(fd, mode & 0777) != 0)
            throw_errno("copy " + shown, errno);
    }

    static UniqueFd open_in(int directory, const std::string& name, int flags,
                            const std::string& shown) {
        auto fd = open_below(directory, name.c_str(), flags | O_NOFOLLOW, resolve_inside,
                             (flags & O_CREAT) != 0 ? 0600 : 0);
        if (!fd) throw_errno("copy " + shown, fd.error());
        return std::move(*fd);
    }

    uid_t from_;
    uid_t to_;
};

}  // namespace

void clone_contents(int from, uid_t from_owner, const std::string& shown, int to, uid_t to_owner) {
    Cloner(from_owner, to_owner).directory(from, to, shown);
}

}  // namespace wpns::host::linux_os
