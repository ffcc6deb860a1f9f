#include "host/linux/run_as.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/linux/files_list.hpp"

namespace wpns::host::linux_os {
namespace {

using Work = std::function<std::string(int)>;

constexpr int kDirectoryFd = 3;
constexpr int kReportFd = 4;
constexpr int kChildBroke = 1;

/// Leaves the two descriptors at their numbers and nothing else but 0 to 2.
bool keep_only(int directory, int report) {
    // First out of the way of the two numbers, then into place.
    const int far_directory = ::fcntl(directory, F_DUPFD, 16);
    const int far_report = ::fcntl(report, F_DUPFD, 16);
    return ::dup2(far_directory, kDirectoryFd) == kDirectoryFd &&
           ::dup2(far_report, kReportFd) == kReportFd && ::close_range(kReportFd + 1, ~0U, 0) == 0;
}

bool become(uid_t uid) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(uid, uid, uid) != 0) return false;
    if (::setresuid(uid, uid, uid) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return false;
    }
    return ::setuid(0) != 0 && ::getuid() == uid && ::geteuid() == uid;
}

/// The child: never comes back, so that nothing of the parent is run down twice.
[[noreturn]] void run_child(uid_t uid, int directory, int report, const Work& work) noexcept {
    try {
        if (::setsid() < 0 || ::chdir("/") != 0) ::_exit(kChildBroke);
        if (!keep_only(directory, report) || !become(uid)) ::_exit(kChildBroke);
        const std::string text = work(kDirectoryFd);
        if (::write(kReportFd, text.data(), std::min<std::size_t>(text.size(), 4096)) < 0) {
            ::_exit(kChildBroke);
        }
    } catch (const std::exception&) {
        ::_exit(kChildBroke);
    }
    ::_exit(0);
}

int wait_for(pid_t child, const std::string& what) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw_errno("wait for " + what, errno);
    }
    return status;
}

}  // namespace

std::string run_as(uid_t uid, int directory, const Work& work, const std::string& what,
                   const std::string& shown) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe", errno);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) throw_errno("fork", errno);
    if (child == 0) run_child(uid, directory, writer.get(), work);
    writer.reset();
    std::string report = read_all(reader.get(), 8192, "the report on " + shown);
    const int status = wait_for(child, what);
    if (report.empty() && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        throw Error(ErrorKind::failed, what + " " + shown + ": the process for it broke off");
    }
    return report;
}

}  // namespace wpns::host::linux_os
