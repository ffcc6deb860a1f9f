#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "probe/probe.hpp"

namespace wpns::probe {
namespace {

/// What a wall swallows instead of refusing is waited for so long.
constexpr timeval patience{0, 600'000};

int number(const std::string& text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

struct Target {
    sockaddr_storage address{};
    socklen_t size = 0;
};

Target target_of(const std::string& host, const std::string& port) {
    Target target;
    auto* four = reinterpret_cast<sockaddr_in*>(&target.address);
    auto* six = reinterpret_cast<sockaddr_in6*>(&target.address);
    if (::inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(static_cast<std::uint16_t>(number(port)));
        target.size = sizeof *four;
    } else if (::inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(static_cast<std::uint16_t>(number(port)));
        target.size = sizeof *six;
    }
    return target;
}

int open_socket(const Target& target, int type) {
    const int fd = ::socket(target.address.ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) return fd;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

int connect_to(int fd, const Target& target) {
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&target.address), target.size);
}

/// The word for a connection that did not come about in time is "silent".
std::string connected(int result) {
    if (result == 0) return "connected";
    return errno == EINPROGRESS || errno == EAGAIN ? "silent" : errno_name(errno);
}

std::string tcp(Args args) {
    const Target target = target_of(args[0], args[1]);
    const int fd = open_socket(target, SOCK_STREAM);
    return fd < 0 ? outcome(fd) : connected(connect_to(fd, target));
}

std::string udp(Args args) {
    const Target target = target_of(args[0], args[1]);
    const int fd = open_socket(target, SOCK_DGRAM);
    if (fd < 0 || connect_to(fd, target) != 0 || ::send(fd, "wpns", 4, 0) < 0) return outcome(-1);
    char buffer[16];
    if (::recv(fd, buffer, sizeof buffer, 0) >= 0) return "answered";
    return errno == EAGAIN ? "silent" : errno_name(errno);
}

/// A resolver says anything to the question for the servers of the root.
std::string dns(Args args) {
    constexpr std::array<unsigned char, 17> query = {'w', 'p', 1, 0, 0, 1, 0, 0,
                                                     0,   0,   0, 0, 0, 2, 0, 1};
    constexpr unsigned char is_answer = 0x80;
    const Target target = target_of(args[0], "53");
    const int fd = open_socket(target, SOCK_DGRAM);
    if (fd < 0 || connect_to(fd, target) != 0 || ::send(fd, query.data(), query.size(), 0) < 0)
        return outcome(-1);
    std::array<unsigned char, 512> answer{};
    const auto size = ::recv(fd, answer.data(), answer.size(), 0);
    if (size < 0) return errno == EAGAIN ? "silent" : errno_name(errno);
    const bool ours = size >= 12 && answer[0] == query[0] && answer[1] == query[1];
    return ours && (answer[2] & is_answer) != 0 ? "answered" : "no DNS";
}

/// From an address that is not ours, by a socket option (IP_FREEBIND, IP_TRANSPARENT): "ok" where a
/// packet has left.
std::string spoof(Args args) {
    const Target source = target_of(args[1], "0");
    const Target target = target_of(args[2], args[3]);
    const int fd = open_socket(target, SOCK_DGRAM);
    if (fd < 0) return outcome(fd);
    const int one = 1;
    const int option = args[0] == "transparent" ? IP_TRANSPARENT : IP_FREEBIND;
    if (::setsockopt(fd, IPPROTO_IP, option, &one, sizeof one) != 0) return outcome(-1);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&source.address), source.size) != 0)
        return outcome(-1);
    if (connect_to(fd, target) != 0) return outcome(-1);
    return outcome(::send(fd, "wpns", 4, 0));
}

/// The status of an HTTP request: "200".
std::string http(Args args) {
    const Target target = target_of(args[0], args[1]);
    const int fd = open_socket(target, SOCK_STREAM);
    if (fd < 0) return outcome(fd);
    if (connect_to(fd, target) != 0) return connected(-1);
    const std::string request =
        "GET " + args[3] + " HTTP/1.1\r\nHost: " + args[2] + "\r\nConnection: close\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return outcome(-1);
    char answer[13] = {};
    const auto size = ::recv(fd, answer, 12, MSG_WAITALL);
    if (size < 12) return size < 0 ? connected(-1) : "no HTTP";
    return std::strncmp(answer, "HTTP/1.", 7) == 0 ? std::string(answer + 9, 3) : "no HTTP";
}

struct Named {
    const char* name;
    int family;
    int type;
    int protocol;
};
constexpr std::array sockets = {
    Named{"raw", AF_INET, SOCK_RAW, IPPROTO_ICMP},
    Named{"raw-tcp", AF_INET, SOCK_RAW, IPPROTO_TCP},
    Named{"raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
    Named{"ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP},
    Named{"inet", AF_INET, SOCK_STREAM, 0},
    Named{"packet", AF_PACKET, SOCK_RAW, 0},
    Named{"netlink-route", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE},
    Named{"netlink-netfilter", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER},
    Named{"netlink-audit", AF_NETLINK, SOCK_RAW, NETLINK_AUDIT},
    Named{"netlink-uevent", AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT},
    Named{"netlink-generic", AF_NETLINK, SOCK_RAW, NETLINK_GENERIC},
    Named{"vsock", AF_VSOCK, SOCK_STREAM, 0},
    Named{"alg", AF_ALG, SOCK_SEQPACKET, 0},
    Named{"key", AF_KEY, SOCK_RAW, 2},
    Named{"xdp", AF_XDP, SOCK_RAW, 0},
    Named{"unix", AF_UNIX, SOCK_STREAM, 0},
};

std::string socket_of(Args args) {
    for (const auto& entry : sockets)
        if (args[0] == entry.name)
            return outcome(::socket(entry.family, entry.type | SOCK_CLOEXEC, entry.protocol));
    return "bad request";
}

/// "@name" is an abstract address.
std::string unix_connect(Args args) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (args[0].size() >= sizeof address.sun_path) return "bad request";
    std::memcpy(address.sun_path, args[0].data(), args[0].size());
    if (args[0].front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + args[0].size());
    std::string result;
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
        const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        if (fd < 0) return outcome(fd);
        result = connected(::connect(fd, reinterpret_cast<const sockaddr*>(&address), size));
        ::close(fd);
        if (result != "EPROTOTYPE") break;
    }
    return result;
}

constexpr std::array verbs = {Verb{"tcp", 2, tcp},          Verb{"udp", 2, udp},
                              Verb{"dns", 1, dns},          Verb{"spoof", 4, spoof},
                              Verb{"http", 4, http},        Verb{"socket", 1, socket_of},
                              Verb{"unix", 1, unix_connect}};

}  // namespace

std::span<const Verb> network_verbs() {
    return verbs;
}

}  // namespace wpns::probe
