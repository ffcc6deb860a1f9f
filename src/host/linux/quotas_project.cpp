#include "host/linux/quotas_project.hpp"

#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"
#include "host/linux/project_number.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::uint64_t limit_unit = 1024;  // bytes; QIF_DQBLKSIZE of the kernel

/// The errno where it did not work, else 0. glibc has no wrapper.
int quota_call(int fd, unsigned command, std::uint32_t id, void* in_out) {
    const auto whole = static_cast<unsigned>(QCMD(command, PRJQUOTA));
    return ::syscall(SYS_quotactl_fd, fd, whole, id, in_out) == 0 ? 0 : errno;
}

/// Counted is not enough: limits must hold as well.
std::string lack_at(int fd) {
    fs_quota_statv state{};
    state.qs_version = FS_QSTATV_VERSION1;
    const int error = quota_call(fd, Q_XGETQSTATV, 0, &state);
    if (error == 0 && (state.qs_flags & FS_QUOTA_PDQ_ENFD) != 0) return {};
    return error == 0 || error == ENOSYS || error == ESRCH || error == ENOTBLK
               ? "its file system is not mounted with prjquota"
               : "its file system cannot be asked: " + std::generic_category().message(error);
}

std::optional<UniqueFd> open_directory(const std::string& path) {
    const auto found = walk(path, Last::keep);
    if (!found || !S_ISDIR(found->info.st_mode)) return std::nullopt;
    return reopen(found->fd.get(), O_RDONLY | O_DIRECTORY, path);
}

UniqueFd need_directory(const std::string& path) {
    auto fd = open_directory(path);
    if (!fd) throw Error(ErrorKind::missing, path + " does not exist");
    return std::move(*fd);
}

/// The lowest number of ours that nothing on the filesystem has. The kernel knows: what has a
/// number, is counted.
std::uint32_t unused_project(int fd, const std::string& shown) {
    for (std::uint32_t number = first_project;; ++number) {
        if_nextdqblk next{};
        const int error = quota_call(fd, Q_GETNEXTQUOTA, number, &next);
        if (error == ENOENT || error == ESRCH) return number;  // none from here on
        if (error != 0) throw_errno("ask for the quotas of " + shown, error);
        if (next.dqb_id != number || next.dqb_curinodes == 0) return number;
    }
}

void set_limits(int fd, std::uint32_t project, const Quota& quota, const std::string& shown) {
    if_dqblk limits{};
    limits.dqb_bhardlimit = (quota.bytes + limit_unit - 1) / limit_unit;
    limits.dqb_ihardlimit = quota.files;
    limits.dqb_valid = QIF_LIMITS;
    if (const int error = quota_call(fd, Q_SETQUOTA, project, &limits); error != 0)
        throw_errno("limit " + shown, error);
}

/// The number that a directory has not just inherited; else 0.
std::uint32_t own_project(int fd) {
    const UniqueFd above(::openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::uint32_t project = project_of(fd);
    return above.valid() && project_of(above.get()) == project ? 0 : project;
}

std::optional<Quota> quota_at(int fd) {
    const std::uint32_t project = own_project(fd);
    if (project == 0) return std::nullopt;
    if_dqblk found{};
    if (quota_call(fd, Q_GETQUOTA, project, &found) != 0) return std::nullopt;
    return Quota{found.dqb_bhardlimit * limit_unit, found.dqb_ihardlimit, found.dqb_curspace};
}

class ProjectQuotas final : public Quotas {
  public:
    [[nodiscard]] std::string lack(const std::string& directory) const override {
        return lack_of_quotas(directory);
    }

    [[nodiscard]] std::optional<Quota> find(const std::string& directory) const override {
        const auto fd = open_directory(directory);
        return fd ? quota_at(fd->get()) : std::nullopt;
    }

    /// The limit last: as long as there is none, counting is not through.
    void set(const std::string& directory, const Quota& quota) override {
        const UniqueFd fd = need_directory(directory);
        failpoint(Failpoint::quota_set);
        std::uint32_t project = own_project(fd.get());
        const auto known = quota_at(fd.get());
        if (!known || known->bytes == 0) {
            if (project == 0) {
                project = unused_project(fd.get(), directory);
                set_limits(fd.get(), project, {}, directory);  // one that was deleted left its own
            }
            give_project(fd.get(), project, directory);
            sync_fd(fd.get(), directory);
        }
        set_limits(fd.get(), project, quota, directory);
    }

    void lift(const std::string& directory) override {
        const auto fd = open_directory(directory);
        if (!fd || !quota_at(fd->get())) return;
        failpoint(Failpoint::quota_lift);
        set_limits(fd->get(), own_project(fd->get()), {}, directory);
    }
};

}  // namespace

std::string lack_of_quotas(const std::string& directory) {
    for (std::string path = directory;; path.resize(path.rfind('/'))) {
        if (path.empty()) path = "/";
        if (const auto fd = open_directory(path)) return lack_at(fd->get());
        if (path == "/") return "there is no " + directory;
    }
}

std::unique_ptr<Quotas> make_quotas() {
    return std::make_unique<ProjectQuotas>();
}

}  // namespace wpns::host::linux_os
