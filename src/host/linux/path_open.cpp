#include "host/linux/path_open.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/error.hpp"

namespace wpns::host::linux_os {

std::expected<UniqueFd, int> open_below(int directory, const char* path, int flags,
                                        std::uint64_t resolve, mode_t mode) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = resolve;
    // EAGAIN means that a rename raced with RESOLVE_BENEATH; the kernel asks for another try.
    for (int attempt = 0; attempt < 8; ++attempt) {
        const long fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (fd >= 0) return UniqueFd(static_cast<int>(fd));
        if (errno == ENOSYS) {
            throw Error(ErrorKind::missing, "this kernel has no openat2: Linux 5.6 is needed");
        }
        if (errno != EAGAIN && errno != EINTR) break;
    }
    return std::unexpected(errno);
}

UniqueFd reopen(int path_fd, int flags, const std::string& shown) {
    const std::string path = "/proc/self/fd/" + std::to_string(path_fd);
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
    if (!fd.valid()) throw_errno("open " + shown, errno);
    return fd;
}

struct stat stat_of(int fd, const std::string& shown) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) throw_errno("stat " + shown, errno);
    return info;
}

std::string read_link(int path_fd, const std::string& shown) {
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(path_fd, "", target, sizeof target);
    if (size < 0) throw_errno("read link " + shown, errno);
    return {target, static_cast<std::size_t>(size)};
}

void sync_fd(int fd, const std::string& shown) {
    if (::fsync(fd) != 0) throw_errno("sync " + shown, errno);
}

}  // namespace wpns::host::linux_os
