#include "host/linux/netns_pins.hpp"

#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/fd.hpp"
#include "base/scope_guard.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/netns_held.hpp"
#include "host/linux/netns_names.hpp"
#include "host/linux/network_state.hpp"

namespace wpns::host::linux_os {
namespace {

/// /run/netns as a shared mount, so that pins reach every mount namespace on the host. mount()
/// answers EINVAL while the directory is no mount point yet.
void share_directory() {
    if (mount("", netns_dir, "none", MS_SHARED | MS_REC, nullptr) == 0) return;
    if (errno != EINVAL) throw_errno(std::string("share ") + netns_dir, errno);
    if (mount(netns_dir, netns_dir, "none", MS_BIND | MS_REC, nullptr) != 0)
        throw_errno(std::string("bind ") + netns_dir + " onto itself", errno);
    if (mount("", netns_dir, "none", MS_SHARED | MS_REC, nullptr) != 0)
        throw_errno(std::string("share ") + netns_dir, errno);
}

/// The directory, locked until the descriptor closes. Without the lock, two first callers bind the
/// directory onto itself at the same time and every later mount doubles.
UniqueFd lock_directory() {
    if (mkdir(netns_dir, 0755) != 0 && errno != EEXIST)
        throw_errno(std::string("make ") + netns_dir, errno);
    UniqueFd directory(open(netns_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) throw_errno(std::string("open ") + netns_dir, errno);
    while (flock(directory.get(), LOCK_EX) != 0)
        if (errno != EINTR) throw_errno(std::string("lock ") + netns_dir, errno);
    return directory;
}

/// True when the name is a namespace already; else it is free afterwards. Links of others are not
/// followed: whose namespace would that be?
bool is_there_or_free(const std::string& path, const std::string& name) {
    const bool ours = is_link_to_holder(name);
    const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (ours ? 0 : O_NOFOLLOW);
    const UniqueFd found(open(path.c_str(), flags));
    if (found.valid() && is_network_namespace(found.get())) return true;
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) return false;
    if (!ours && !S_ISREG(status.st_mode))
        throw Error(ErrorKind::conflict, path + " is neither a network namespace nor a stale file");
    if (unlink(path.c_str()) != 0) throw_errno("remove stale " + path, errno);
    return false;
}

void set_lo_up() {
    nl::Socket socket;
    const auto lo = read_link(socket, "lo");
    if (!lo || lo->up) return;
    ifinfomsg header{};
    header.ifi_index = lo->index;
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    nl::Message message(RTM_NEWLINK, 0);
    socket.request(message.header(header), "set lo up");
}

/// IPv6 first, so that lo does not get ::1 for a moment. "default" is what links made later get.
void prepare_inside() {
    disable_ipv6("default");
    disable_ipv6("all");
    set_lo_up();
}

void bind_new(const std::string& path) {
    share_directory();
    const UniqueFd made(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!made.valid()) throw_errno("make " + path, errno);
    run_on_own_thread([&] {
        if (unshare(CLONE_NEWNET) != 0) throw_errno("make a network namespace", errno);
        prepare_inside();
        if (mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0)
            throw_errno("bind the namespace to " + path, errno);
    });
}

/// The link comes first: until there is something behind it, who follows it fails.
void link_held(const std::string& path, const std::string& name) {
    const UniqueFd holder = open_holder();
    if (symlink(held_path(name).c_str(), path.c_str()) != 0) throw_errno("make " + path, errno);
    const UniqueFd found(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (found.valid() && is_network_namespace(found.get()))
        run_in_namespace(found.get(), prepare_inside);
    else
        hold_new(holder, name, prepare_inside);
}

}  // namespace

void require_host_mounts() {
    struct stat own {};
    struct stat init {};
    if (stat("/proc/self/ns/mnt", &own) != 0 || stat("/proc/1/ns/mnt", &init) != 0)
        throw_errno("compare mount namespaces", errno);
    if (own.st_dev == init.st_dev && own.st_ino == init.st_ino) return;
    throw Error(ErrorKind::conflict,
                "this process has a mount namespace of its own, so the host would not see "
                "network namespaces made here",
                "run it from a unit without PrivateTmp=, ProtectSystem= and the like, as root");
}

void create_pin(const std::string& name, Pins pins) {
    failpoint(Failpoint::namespace_create);
    const std::string path = netns_path(name);
    const UniqueFd lock = lock_directory();
    if (is_there_or_free(path, name))
        return run_in_namespace(open_namespace(name).get(), prepare_inside);
    ScopeGuard undo([&] { unlink(path.c_str()); });
    pins == Pins::held ? link_held(path, name) : bind_new(path);
    undo.dismiss();
}

void remove_pin(const std::string& name, Pins pins) {
    failpoint(Failpoint::namespace_remove);
    const std::string path = netns_path(name);
    if (access(netns_dir, F_OK) != 0) return;
    const UniqueFd lock = lock_directory();
    if (pins == Pins::held) release(name);
    // EINVAL: a link, or a stale plain file: nothing is mounted on it.
    while (umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    }
    if (errno != EINVAL && errno != ENOENT) throw_errno("unmount " + path, errno);
    if (unlink(path.c_str()) != 0 && errno != ENOENT) throw_errno("remove " + path, errno);
}

}  // namespace wpns::host::linux_os
