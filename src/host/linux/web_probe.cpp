#include "host/linux/web_probe.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "base/fd.hpp"
#include "host/linux/fastcgi.hpp"

namespace wpns::host::linux_os {
namespace {

using Clock = std::chrono::steady_clock;

/// True when `fd` is ready for `events` before `deadline`.
bool wait_for(int fd, short events, Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd entry{fd, events, 0};
    return left.count() > 0 && ::poll(&entry, 1, static_cast<int>(left.count())) == 1;
}

bool connect_to(int fd, const WebProbe::Target& target, Clock::time_point deadline) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    address.sin_addr.s_addr = htonl(target.address.value);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return true;
    if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

/// The number in "HTTP/1.1 200 OK"; 0 for anything else.
int status_of(std::string_view answer) {
    constexpr std::size_t at = 9;
    int status = 0;
    if (!answer.starts_with("HTTP/1.") || answer.size() < at + 3) return 0;
    std::from_chars(answer.data() + at, answer.data() + at + 3, status);
    return status;
}

/// Of a size that the buffer of a fresh socket takes.
bool send_whole(int fd, const std::string& request) {
    return ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
}

/// `more` are header lines, each with its end.
bool send_request(int fd, const std::string& name, const std::string& more = "") {
    return send_whole(fd, "GET / HTTP/1.1\r\nHost: " + name + "\r\n" + more +
                              "Connection: close\r\nUser-Agent: wpns\r\n\r\n");
}

/// Connects without waiting: the socket of a listener with room takes it at once.
bool connect_to(int fd, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    path.copy(address.sun_path, path.size());
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// The status of the answer that comes before `deadline`.
int answer_on(int fd, Clock::time_point deadline) {
    char answer[16] = {};
    if (!wait_for(fd, POLLIN, deadline)) return 0;
    const auto size = ::recv(fd, answer, sizeof answer, 0);
    return size <= 0 ? 0 : status_of({answer, static_cast<std::size_t>(size)});
}

int ask(const WebProbe::Target& target, Clock::time_point deadline, const std::string& more = "") {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid() || !connect_to(fd.get(), target, deadline)) return 0;
    return send_request(fd.get(), target.name, more) ? answer_on(fd.get(), deadline) : 0;
}

/// A connection to a socket of this host; no valid one where it was not taken.
UniqueFd connect_to(const std::string& socket) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return fd.valid() && connect_to(fd.get(), socket) ? std::move(fd) : UniqueFd();
}

/// The same where it may just be made.
UniqueFd connect_soon(const std::string& socket, Clock::time_point deadline) {
    UniqueFd fd = connect_to(socket);
    while (!fd.valid() && Clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        fd = connect_to(socket);
    }
    return fd;
}

/// All that comes until the other side closes; what has come where `deadline` or `limit` ends it.
std::string all_from(int fd, Clock::time_point deadline, std::size_t limit) {
    std::string all;
    char part[4096];
    while (all.size() < limit && wait_for(fd, POLLIN, deadline)) {
        const auto size = ::recv(fd, part, sizeof part, 0);
        if (size <= 0) break;
        all.append(part, static_cast<std::size_t>(size));
    }
    return all;
}

/// The first line of a small file; empty where there is none.
std::string first_line_of(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

bool is_decimal(unsigned char c) {
    return std::isdigit(c) != 0;
}

/// nginx writes into the title of a worker what it does: one that closes its sockets is "shutting
/// down" from just before until its last request is served.
bool takes_connections(int pid) {
    const auto title = first_line_of("/proc/" + std::to_string(pid) + "/cmdline");
    return title.starts_with("nginx: worker process") &&
           title.find("shutting down") == std::string::npos;
}

class TcpProbe : public WebProbe {
  public:
    [[nodiscard]] int status(const Target& target, std::chrono::seconds patience) const override {
        return ask(target, Clock::now() + patience);
    }

    /// nginx looks at the announced length before it asks anybody, and answers 413.
    [[nodiscard]] bool knows(const Target& target, std::chrono::seconds patience) const override {
        constexpr int too_large = 413;
        return ask(target, Clock::now() + patience, "Content-Length: 1000000000000000\r\n") ==
               too_large;
    }

    [[nodiscard]] int status_at(const std::string& socket, const std::string& name,
                                std::chrono::seconds patience) const override {
        const UniqueFd fd = connect_to(socket);
        const bool asked = fd.valid() && send_request(fd.get(), name);
        return asked ? answer_on(fd.get(), Clock::now() + patience) : 0;
    }

    [[nodiscard]] std::string printed_at(const std::string& socket, const std::string& script,
                                         const std::string& body,
                                         std::chrono::seconds patience) const override {
        constexpr std::size_t limit = 64 << 10;
        const auto deadline = Clock::now() + patience;
        const UniqueFd fd =
            connect_soon(socket, std::min(deadline, Clock::now() + std::chrono::seconds(10)));
        if (!fd.valid() || !send_whole(fd.get(), fastcgi_request(script, body))) return {};
        return fastcgi_body(all_from(fd.get(), deadline, limit));
    }

    [[nodiscard]] std::set<int> workers() const override {
        std::set<int> found;
        const auto master = first_line_of("/run/nginx.pid");
        if (master.empty() || !std::ranges::all_of(master, is_decimal)) return found;
        std::istringstream children(
            first_line_of("/proc/" + master + "/task/" + master + "/children"));
        for (int pid = 0; children >> pid;)
            if (takes_connections(pid)) found.insert(pid);
        return found;
    }
};

}  // namespace

std::unique_ptr<WebProbe> make_web_probe() {
    return std::make_unique<TcpProbe>();
}

}  // namespace wpns::host::linux_os
