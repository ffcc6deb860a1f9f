#include "host/linux/project_number.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/scope_guard.hpp"
#include "base/text.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/run_as.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr int file_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

/// Only on difference: every change is written to the disk.
void mark(int fd, std::uint32_t project, bool directory, const std::string& shown) {
    fsxattr attributes{};
    if (::ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0) throw_errno("look at " + shown, errno);
    const __u32 flags =
        attributes.fsx_xflags | (directory ? static_cast<__u32>(FS_XFLAG_PROJINHERIT) : 0U);
    if (attributes.fsx_projid == project && attributes.fsx_xflags == flags) return;
    attributes.fsx_projid = project;
    attributes.fsx_xflags = flags;
    if (::ioctl(fd, FS_IOC_FSSETXATTR, &attributes) != 0) throw_errno("count " + shown, errno);
}

/// One owner's part of a tree. A directory hands the number down before it is listed, and nothing
/// without the number can be moved into it: whoever adds or moves files meanwhile hides nothing.
class Marker {
  public:
    Marker(std::uint32_t project, uid_t owner) : project_(project), owner_(owner) {}

    void directory(int fd, const std::string& shown) const {
        mark(fd, project_, true, shown);
        for (const auto& name : names_in(fd, shown)) entry(fd, name, shown + "/" + printable(name));
    }

    /// A top of another owner is marked by him.
    void top(int fd, const std::string& shown) const { opened(fd, shown); }

  private:
    void entry(int in, const std::string& name, const std::string& shown) const {
        struct stat info {};
        if (::fstatat(in, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone by now
        if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return;              // holds no data
        auto fd = open_below(in, name.c_str(), file_flags, resolve_inside);
        if (!fd && fd.error() == EACCES) return closed_entry(in, name, info.st_mode, shown);
        if (fd) return opened(fd->get(), shown);
        if (fd.error() != ENOENT && fd.error() != ELOOP)  // gone or replaced meanwhile
            throw_errno("count " + shown, fd.error());
    }

    /// Of a mode that keeps out even its owner: it lets him in for that long.
    void closed_entry(int in, const std::string& name, mode_t mode,
                      const std::string& shown) const {
        (void)::fchmodat(in, name.c_str(), (mode & 07777) | 0700, AT_SYMLINK_NOFOLLOW);
        const auto fd = open_below(in, name.c_str(), file_flags, resolve_inside);
        if (!fd) throw_errno("count " + shown, fd.error());
        const ScopeGuard close([&] { (void)::fchmod(fd->get(), mode & 07777); });
        opened(fd->get(), shown);
    }

    void opened(int fd, const std::string& shown) const {
        const struct stat info = stat_of(fd, shown);
        if (S_ISREG(info.st_mode)) mark(fd, project_, false, shown);
        if (!S_ISDIR(info.st_mode)) return;
        if (info.st_uid == owner_)
            directory(fd, shown);
        else if (owner_ == 0)
            as_owner(fd, info.st_uid, shown);
    }

    /// Its words, when it fails, are those of an Error; silence is success.
    void as_owner(int fd, uid_t owner, const std::string& shown) const {
        const auto work = [this, owner, &shown](int directory) -> std::string {
            try {
                Marker(project_, owner).directory(directory, shown);
                return "done";
            } catch (const Error& error) {
                return error.message();
            }
        };
        const std::string said = run_as(owner, fd, work, "count", shown);
        if (said != "done") throw Error(ErrorKind::failed, printable(said));
    }

    std::uint32_t project_;
    uid_t owner_;
};

}  // namespace

std::uint32_t project_of(int directory) {
    fsxattr attributes{};
    if (::ioctl(directory, FS_IOC_FSGETXATTR, &attributes) != 0) return 0;
    return (attributes.fsx_xflags & FS_XFLAG_PROJINHERIT) != 0 ? attributes.fsx_projid : 0;
}

void give_project(int directory, std::uint32_t project, const std::string& shown) {
    Marker(project, 0).top(directory, shown);
}

}  // namespace wpns::host::linux_os
