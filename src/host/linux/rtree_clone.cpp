#include "host/linux/rtree_clone.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

void write_at(int to, std::string_view bytes, off_t at, const std::string& shown) {
    while (!bytes.empty()) {
        const ssize_t size = ::pwrite(to, bytes.data(), bytes.size(), at);
        if (size < 0 && errno != EINTR) throw_errno("copy " + shown, errno);
        if (size < 0) continue;
        bytes.remove_prefix(static_cast<std::size_t>(size));
        at += size;
    }
}

/// By way of our own memory, as much as fits; copied bytes, 0 at the end of the file.
ssize_t copy_by_hand(int from, int to, off_t at, std::size_t size, const std::string& shown) {
    std::vector<char> buffer(std::min(size, std::size_t{1} << 20));
    const ssize_t got = ::pread(from, buffer.data(), buffer.size(), at);
    if (got > 0) write_at(to, {buffer.data(), static_cast<std::size_t>(got)}, at, shown);
    return got;
}

/// The kernel copies within a filesystem only (EXDEV, copy_file_range(2)).
void copy_range(int from, int to, off_t begin, off_t end, const std::string& shown) {
    off_t at = begin;
    while (at < end) {
        const auto left = static_cast<std::size_t>(end - at);
        off_t in = at;
        off_t out = at;
        ssize_t size = ::copy_file_range(from, &in, to, &out, left, 0);
        if (size < 0 && errno == EXDEV) size = copy_by_hand(from, to, at, left, shown);
        if (size == 0) return;  // cut short under us: not ours to judge
        if (size < 0 && errno != EINTR) throw_errno("copy " + shown, errno);
        at += std::max<ssize_t>(size, 0);
    }
}

/// A block of the filesystems that sites are on, or half of one.
constexpr std::size_t block_size = 4096;

bool is_zeros(std::string_view block) {
    return block.find_first_not_of('\0') == std::string_view::npos;
}

/// All but the blocks of zeros, into a file that is a single hole of that size.
void copy_without_zeros(int from, int to, const std::string& shown) {
    std::vector<char> buffer(256 * block_size);
    for (off_t at = 0;;) {
        const ssize_t size = ::pread(from, buffer.data(), buffer.size(), at);
        if (size == 0) return;
        if (size < 0 && errno != EINTR) throw_errno("read " + shown, errno);
        if (size < 0) continue;
        std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
        while (!rest.empty()) {
            const auto block = rest.substr(0, block_size);
            if (!is_zeros(block)) write_at(to, block, at, shown);
            at += static_cast<off_t>(block.size());
            rest.remove_prefix(block.size());
        }
    }
}

void copy_data(int from, int to, off_t size, Zeros zeros, const std::string& shown) {
    if (zeros == Zeros::keep && ::ioctl(to, FICLONE, from) == 0) return;
    if (::ftruncate(to, size) != 0) throw_errno("copy " + shown, errno);
    if (zeros == Zeros::dig) return copy_without_zeros(from, to, shown);
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
    Cloner(uid_t from, const CloneStyle& style) : from_(from), style_(style) {}

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
        copy_data(source.get(), made.get(), info.st_size, style_.zeros, shown);
        give(made.get(), info.st_mode, shown);
        const timespec times[] = {info.st_atim, info.st_mtim};
        if (style_.times && ::futimens(made.get(), times) != 0) throw_errno("copy " + shown, errno);
    }

    /// Owner first: a change of owner takes set-id bits away.
    void give(int fd, mode_t mode, const std::string& shown) const {
        if (::fchown(fd, style_.owner, style_.owner) != 0 || ::fchmod(fd, mode & 0777) != 0)
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
    const CloneStyle& style_;
};

}  // namespace

void clone_contents(int from, uid_t from_owner, const std::string& shown, int to,
                    const CloneStyle& style) {
    Cloner(from_owner, style).directory(from, to, shown);
}

}  // namespace wpns::host::linux_os
