#include "host/linux/netns_held.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/netns.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* directory_inside = "/netns";  ///< in the root of the holder, else empty

/// What a started holder leads to. One that has not moved yet is still in the caller's.
bool is_foreign_mount_namespace(int fd) {
    struct stat own {};
    struct stat found {};
    if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNS || fstat(fd, &found) != 0) return false;
    if (stat("/proc/self/ns/mnt", &own) != 0) throw_errno("look at the mount namespace", errno);
    return found.st_ino != own.st_ino || found.st_dev != own.st_dev;
}

UniqueFd look_for_holder() {
    const std::string path = std::string(holder_dir) + "/ns/mnt";
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid() && errno != ENOENT && errno != ESRCH) throw_errno("open " + path, errno);
    return fd.valid() && is_foreign_mount_namespace(fd.get()) ? std::move(fd) : UniqueFd();
}

/// For a thread that ends with its work: the mounts and the root of the holder become its own.
void enter_holder(const UniqueFd& holder) {
    if (setns(holder.get(), CLONE_NEWNS) != 0) throw_errno("enter the holder's mounts", errno);
    if (mkdir(directory_inside, 0755) != 0 && errno != EEXIST)
        throw_errno("make a directory of the holder", errno);
}

std::string place_of(const std::string& name) {
    return std::string(directory_inside) + "/" + name;
}

/// A pin that is not attached anywhere yet, of the calling thread's network namespace.
UniqueFd detached_pin() {
    constexpr unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    UniqueFd pin(open_tree(AT_FDCWD, "/proc/thread-self/ns/net", flags));
    if (!pin.valid()) throw_errno("make a pin of the namespace", errno);
    return pin;
}

void attach(const UniqueFd& pin, const std::string& place) {
    const UniqueFd file(open(place.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444));
    if (!file.valid()) throw_errno("make a place for the pin", errno);
    if (move_mount(pin.get(), "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
        throw_errno("pin the namespace", errno);
}

void detach(const std::string& place) {
    // EINVAL: a place without a pin, left by a run that was cut short.
    while (umount2(place.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    }
    if (errno != EINVAL && errno != ENOENT) throw_errno("unpin the namespace", errno);
    if (unlink(place.c_str()) != 0 && errno != ENOENT) throw_errno("remove the pin", errno);
}

}  // namespace

std::string held_path(const std::string& name) {
    return std::string(holder_dir) + "/root" + place_of(name);
}

UniqueFd find_holder() {
    constexpr std::chrono::milliseconds step{10};
    constexpr int steps = 200;
    // Nothing is mounted where no holder was ever started, or where it was stopped.
    for (int i = 0; i < steps && access(holder_dir, F_OK) == 0; ++i) {
        if (UniqueFd holder = look_for_holder(); holder.valid()) return holder;
        std::this_thread::sleep_for(step);
    }
    return {};
}

UniqueFd open_holder() {
    UniqueFd holder = find_holder();
    if (holder.valid()) return holder;
    throw Error(
        ErrorKind::missing,
        "nobody holds network namespaces: there is no process behind " + std::string(holder_dir),
        "systemctl restart wpns-netns-holder.service");
}

void hold_new(const UniqueFd& holder, const std::string& name,
              const std::function<void()>& prepare) {
    run_on_own_thread([&] {
        // A thread that shares root and directory with others may not change its mounts.
        if (unshare(CLONE_NEWNET | CLONE_FS) != 0) throw_errno("make a network namespace", errno);
        prepare();
        const UniqueFd pin = detached_pin();
        failpoint(Failpoint::namespace_pin);
        enter_holder(holder);
        attach(pin, place_of(name));
    });
}

void release(const std::string& name) {
    const UniqueFd holder = find_holder();
    if (!holder.valid()) return;
    run_on_own_thread([&] {
        if (unshare(CLONE_FS) != 0) throw_errno("leave the root of this process", errno);
        enter_holder(holder);
        detach(place_of(name));
    });
}

}  // namespace wpns::host::linux_os
