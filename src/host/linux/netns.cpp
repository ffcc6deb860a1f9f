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
#include <vector>

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

void run_on_own_threads(std::size_t count, const std::function<void()>& work) {
    std::vector<std::exception_ptr> failures(count);
    {
        std::vector<std::jthread> threads;
        for (auto& failure : failures)
            threads.emplace_back([&work, &failure] {
                try {
                    work();
                } catch (...) {
                    failure = std::current_exception();
                }
            });
    }
    for (const auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

void run_on_own_thread(const std::function<void()>& work) {
    run_on_own_threads(1, work);
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

namespace {

/// Writes a setting of IPv6 where it is another one; `scope` and `key` are parts of its path.
/// /proc/sys/net shows the network namespace of the thread that opens it.
void set_ipv6(const std::string& scope, const std::string& key, char value) {
    const std::string path = "/proc/sys/net/ipv6/conf/" + scope + "/" + key;
    const UniqueFd reading(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char now = 0;
    if (reading.valid() && read(reading.get(), &now, 1) == 1 && now == value) return;
    const UniqueFd writing(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    const char text[] = {value, '\n'};
    if (!writing.valid() || write(writing.get(), text, sizeof text) != sizeof text)
        throw_errno("set " + path, errno);
}

}  // namespace

void disable_ipv6(const std::string& scope) {
    const std::string path = "/proc/sys/net/ipv6/conf/" + scope;
    if (access(path.c_str(), F_OK) == 0) set_ipv6(scope, "disable_ipv6", '1');
}

void enable_ipv6(const std::string& link) {
    set_ipv6(link, "accept_ra", '0');
    set_ipv6(link, "autoconf", '0');
    set_ipv6(link, "accept_dad", '0');
    set_ipv6(link, "addr_gen_mode", '1');  // none, else a link-local address comes with "up"
    set_ipv6(link, "disable_ipv6", '0');
}

}  // namespace wpns::host::linux_os
