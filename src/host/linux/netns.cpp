#include "host/linux/netns.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <thread>

#include "base/error.hpp"

namespace wpns::host::linux_os {

std::string netns_path(const std::string& name) {
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
        throw Error(ErrorKind::bug, "'" + name + "' is no name of a network namespace");
    return std::string(netns_dir) + "/" + name;
}

bool is_network_namespace(int fd) noexcept {
    return ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

UniqueFd open_namespace(const std::string& name) {
    const std::string path = netns_path(name);
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    // ESRCH: the process that the name leads through has ended.
    if (!fd.valid() && errno != ENOENT && errno != ESRCH)
        throw_errno("open network namespace " + path, errno);
    const std::string remedy = "systemctl restart wpns-netns@" + name + ".service makes it again";
    if (!fd.valid())
        throw Error(ErrorKind::missing, "network namespace " + path + " is not there", remedy);
    if (!is_network_namespace(fd.get()))
        throw Error(ErrorKind::missing, path + " is a file, but no network namespace", remedy);
    return fd;
}

void run_on_own_thread(const std::function<void()>& work) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

void enter_namespace(int fd) {
    if (setns(fd, CLONE_NEWNET) != 0) throw_errno("enter network namespace", errno);
}

void run_in_namespace(int fd, const std::function<void()>& work) {
    run_on_own_thread([&] {
        enter_namespace(fd);
        work();
    });
}

nl::Socket socket_inside(int fd) {
    std::optional<nl::Socket> socket;
    run_in_namespace(fd, [&] { socket.emplace(); });
    return std::move(*socket);
}

void disable_ipv6(const std::string& scope) {
    // /proc/sys/net shows the network namespace of the thread that opens it.
    const std::string path = "/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6";
    const UniqueFd reading(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!reading.valid() && errno == ENOENT) return;
    char now = 0;
    if (reading.valid() && read(reading.get(), &now, 1) == 1 && now == '1') return;
    const UniqueFd writing(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!writing.valid() || write(writing.get(), "1\n", 2) != 2)
        throw_errno("switch IPv6 off in " + path, errno);
}

}  // namespace wpns::host::linux_os
