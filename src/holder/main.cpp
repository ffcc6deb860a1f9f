#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

/// The process behind the names of the sites' network namespaces. It lives in a mount namespace of
/// its own that holds nothing but their pins, and does nothing there: `wpns` enters and pins. Its
/// /proc/PID is mounted on PLACE, so PLACE/root/... leads to a pin as long as this very process
/// lives, and nowhere afterwards, whoever gets its number next. systemd keeps the mount namespace
/// for the process that comes after a crash or an upgrade.
namespace {

constexpr int first_kept = 3;  ///< SD_LISTEN_FDS_START

/// systemd starts the next one at once, as it has to after a crash; what fails would fail again.
[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "wpns-netns-holder: %s: %s\n", what, std::strerror(errno));
    ::sleep(1);
    std::_Exit(1);
}

void check(long result, const char* what) {
    if (result < 0) fail(what);
}

/// Takes away what an earlier process, or several, left on `place`.
void uncover(const char* place) {
    while (::umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    }
}

/// A socket to systemd, or -1 where nobody wants to be told. Made before the way to it is gone.
int connect_to_systemd() {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return -1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::strlen(path);
    if (size == 0 || size >= sizeof address.sun_path) return -1;
    std::memcpy(address.sun_path, path, size);
    if (path[0] == '@') address.sun_path[0] = '\0';
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(fd, "make a socket");
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
    check(::connect(fd, reinterpret_cast<const sockaddr*>(&address), length), "reach systemd");
    return fd;
}

/// One message, with a descriptor to keep or with none (-1).
void tell_systemd(int socket, std::string_view text, int kept) {
    if (socket < 0) return;
    iovec part{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof kept)] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (kept >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof kept);
        std::memcpy(CMSG_DATA(header), &kept, sizeof kept);
    }
    check(::sendmsg(socket, &message, MSG_NOSIGNAL), "tell systemd");
}

/// The mount namespace that systemd kept, or -1 at the first start. Anything else that it might
/// hand over is an error: going on without the pins would look like success.
int kept_namespace() {
    const char* count = std::getenv("LISTEN_FDS");
    const char* pid = std::getenv("LISTEN_PID");
    if (count == nullptr || pid == nullptr || std::atoi(pid) != ::getpid()) return -1;
    if (std::strcmp(count, "0") == 0) return -1;
    if (std::strcmp(count, "1") != 0 || ::ioctl(first_kept, NS_GET_NSTYPE) != CLONE_NEWNS) {
        errno = EINVAL;
        fail("take back the mount namespace");
    }
    return first_kept;
}

/// Moves into a new mount namespace with an empty root. Returns it, open.
int enter_new(const char* place) {
    check(::unshare(CLONE_NEWNS), "make a mount namespace");
    const int made = ::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    check(made, "open the mount namespace");
    check(::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "keep mounts apart");
    constexpr unsigned long bare = MS_NODEV | MS_NOEXEC | MS_NOSUID;
    check(::mount("wpns-netns", place, "tmpfs", bare, "mode=0700"), "mount an empty root");
    check(::chdir(place), "enter the empty root");
    check(::syscall(SYS_pivot_root, ".", "."), "change the root");
    check(::umount2(".", MNT_DETACH), "leave the mounts of the host");
    check(::chdir("/"), "enter the root");
    return made;
}

/// From here on the kernel ends this process when it does anything but speak to what is open, close
/// it, and wait. (Not seccomp's strict mode: a container has a filter already, which excludes it.)
void give_up_rights() {
    __user_cap_header_struct version{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    check(::syscall(SYS_capset, &version, none), "drop all rights");
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "gain no rights");
    constexpr std::array<unsigned, 7> calls = {SYS_read,           SYS_write,      SYS_sendmsg,
                                               SYS_close,          SYS_exit_group, SYS_rt_sigreturn,
                                               SYS_restart_syscall};
    std::array<sock_filter, 2 + calls.size() + 1> code{};
    code[0] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto to_the_last = static_cast<std::uint8_t>(calls.size() - i);
        code[1 + i] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], to_the_last, 0);
    }
    code[1 + calls.size()] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    code[2 + calls.size()] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    sock_fprog program{code.size(), code.data()};
    check(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "shut the system calls");
}

/// Gives systemd a new mount namespace to keep (or -1), says that it is ready, and does nothing any
/// more.
[[noreturn]] void rest(int socket, int made) {
    int ends[2] = {};
    check(::pipe2(ends, O_CLOEXEC), "make a pipe");
    // With its rights still: PID 1 has a namespace "in flight" for each unit with a private one,
    // and root without rights may not send another above RLIMIT_NOFILE of them (ETOOMANYREFS).
    if (made >= 0) tell_systemd(socket, "FDSTORE=1\nFDNAME=namespaces\nFDPOLL=0", made);
    give_up_rights();
    tell_systemd(socket, "READY=1", -1);
    for (const int fd : {0, 1, 2, first_kept, socket, made})
        if (fd >= 0 && fd != ends[0] && fd != ends[1]) ::close(fd);
    char never = 0;
    for (;;) (void)!::read(ends[0], &never, 1);  // the other end is ours and silent
}

}  // namespace

/// wpns-netns-holder PLACE: holds until it is killed. wpns-netns-holder --leave PLACE: takes away
/// what a holder that has ended left there.
int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "--leave") == 0) {
        uncover(argv[2]);
        return ::rmdir(argv[2]) == 0 || errno == ENOENT ? 0 : 1;
    }
    if (argc != 2) return 2;
    const char* place = argv[1];
    const int kept = kept_namespace();
    ::close_range(kept < 0 ? first_kept : first_kept + 1, ~0U, 0);  // whatever else came along
    const int socket = connect_to_systemd();
    uncover(place);
    if (::mkdir(place, 0755) != 0 && errno != EEXIST) fail(place);
    check(::mount("/proc/self", place, nullptr, MS_BIND, nullptr), "mount this process");
    if (kept >= 0) check(::setns(kept, CLONE_NEWNS), "enter the mount namespace");
    rest(socket, kept >= 0 ? -1 : enter_new(place));
}
