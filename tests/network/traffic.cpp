#include "network/traffic.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "network/world.hpp"

namespace wpns::test {
namespace {

constexpr int patience_ms = 500;

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

sockaddr_in inet(Ipv4 address, std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(address.value);
    return name;
}

sockaddr_in6 inet6(const std::string& address, std::uint16_t port) {
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(port);
    check(inet_pton(AF_INET6, address.c_str(), &name.sin6_addr) == 1, "address");
    return name;
}

/// A socket stays in the namespace it was made in, so it can be used from here.
UniqueFd make_socket(const std::string& netns, int family, int type, int protocol = 0) {
    UniqueFd fd;
    in(netns, [&] { fd = UniqueFd(socket(family, type | SOCK_CLOEXEC, protocol)); });
    check(fd.valid(), "socket");
    return fd;
}

template <typename Name>
void bind_to(const UniqueFd& fd, const Name& name) {
    const int one = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd.get(), SOL_IP, IP_TRANSPARENT, &one, sizeof one);
    check(bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "bind");
}

bool wait_for(const UniqueFd& fd, short events) {
    pollfd entry{fd.get(), events, 0};
    return poll(&entry, 1, patience_ms) == 1;
}

int pending_error(const UniqueFd& fd) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

template <typename Name>
Reach connect_and_wait(const UniqueFd& fd, const Name& name) {
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0)
        return Reach::yes;
    if (errno != EINPROGRESS) return Reach::refused;
    if (!wait_for(fd, POLLOUT)) return Reach::no_answer;
    return pending_error(fd) == 0 ? Reach::yes : Reach::refused;
}

std::uint16_t checksum(const void* data, std::size_t size) {
    std::uint32_t sum = 0;
    const auto* words = static_cast<const std::uint16_t*>(data);
    for (std::size_t i = 0; i < size / 2; ++i) sum += words[i];
    sum = (sum >> 16) + (sum & 0xffff);
    return static_cast<std::uint16_t>(~(sum + (sum >> 16)));
}

}  // namespace

UniqueFd listen_tcp(const std::string& netns, std::uint16_t port) {
    UniqueFd fd = make_socket(netns, AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    bind_to(fd, inet(Ipv4{0}, port));
    check(listen(fd.get(), 16) == 0, "listen");
    return fd;
}

UniqueFd listen_udp(const std::string& netns, std::uint16_t port) {
    UniqueFd fd = make_socket(netns, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    bind_to(fd, inet(Ipv4{0}, port));
    return fd;
}

Reach connect_tcp(const std::string& netns, Ipv4 to, std::uint16_t port) {
    const UniqueFd fd = make_socket(netns, AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    return connect_and_wait(fd, inet(to, port));
}

std::optional<Ipv4> accepted_from(const UniqueFd& listener) {
    std::optional<Ipv4> last;
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (!last && !wait_for(listener, POLLIN)) return last;
    for (;;) {
        const UniqueFd fd(accept(listener.get(), reinterpret_cast<sockaddr*>(&name), &size));
        if (!fd.valid()) return last;
        last = Ipv4{ntohl(name.sin_addr.s_addr)};
    }
}

template <typename Name>
Connection Connection::open(UniqueFd near, const UniqueFd& listener, const Name& to) {
    while (accept(listener.get(), nullptr, nullptr) >= 0) continue;  // of earlier probes
    if (connect_and_wait(near, to) != Reach::yes || !wait_for(listener, POLLIN))
        throw std::runtime_error("not connected");
    UniqueFd far(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    check(far.valid(), "accept");
    return {std::move(near), std::move(far)};
}

Connection Connection::open_tcp(const std::string& netns, const UniqueFd& listener, Ipv4 to,
                                std::uint16_t port) {
    return open(make_socket(netns, AF_INET, SOCK_STREAM | SOCK_NONBLOCK), listener, inet(to, port));
}

Connection Connection::open_tcp6(const std::string& netns, const UniqueFd& listener,
                                 const std::string& to, std::uint16_t port) {
    return open(make_socket(netns, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK), listener,
                inet6(to, port));
}

Connection Connection::open_udp(const std::string& netns, const std::string& server, Ipv4 to,
                                std::uint16_t port) {
    UniqueFd far = make_socket(server, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    bind_to(far, inet(to, port));
    UniqueFd near = make_socket(netns, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    const sockaddr_in name = inet(to, port);
    check(connect(near.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0,
          "connect");
    check(send(near.get(), "q", 1, 0) == 1, "send");
    sockaddr_in sender{};
    socklen_t size = sizeof sender;
    char byte = 0;
    auto* address = reinterpret_cast<sockaddr*>(&sender);
    if (!wait_for(far, POLLIN) || recvfrom(far.get(), &byte, 1, 0, address, &size) != 1)
        throw std::runtime_error("no datagram came");
    check(connect(far.get(), address, size) == 0, "connect back");
    Connection connection(std::move(near), std::move(far));
    if (!connection.carries()) throw std::runtime_error("no datagram came back");
    return connection;
}

bool Connection::carries() const {
    char byte = 0;
    for (const auto& [from, to] : {std::pair{&near_, &far_}, std::pair{&far_, &near_}}) {
        if (send(from->get(), "x", 1, MSG_NOSIGNAL) != 1) return false;
        if (!wait_for(*to, POLLIN) || recv(to->get(), &byte, 1, 0) != 1) return false;
    }
    return true;
}

Stream::Stream(const std::string& netns, const UniqueFd& listener, Ipv4 to, std::uint16_t port)
    : near_(make_socket(netns, AF_INET, SOCK_STREAM)) {
    const sockaddr_in name = inet(to, port);
    const timeval patience{0, patience_ms * 1000};
    check(connect(near_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
              wait_for(listener, POLLIN),
          "connect");
    far_ = UniqueFd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    check(far_.valid(), "accept");
    for (const UniqueFd* end : {&near_, &far_}) {
        setsockopt(end->get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(end->get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
}

void send_udp(const std::string& netns, Ipv4 to, std::uint16_t port, std::optional<Ipv4> from) {
    const UniqueFd fd = make_socket(netns, AF_INET, SOCK_DGRAM);
    if (from) bind_to(fd, inet(*from, 0));
    const sockaddr_in name = inet(to, port);
    check(sendto(fd.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 1,
          "sendto");
}

std::optional<Ipv4> received_from(const UniqueFd& socket) {
    if (!wait_for(socket, POLLIN)) return std::nullopt;
    sockaddr_in name{};
    socklen_t size = sizeof name;
    char byte = 0;
    const auto got = recvfrom(socket.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&name), &size);
    if (got != 1) return std::nullopt;
    return Ipv4{ntohl(name.sin_addr.s_addr)};
}

Reach exchange_udp(const std::string& netns, const std::string& server, Ipv4 to,
                   std::uint16_t port) {
    // Bound to the address that is asked, so that the answer comes from there.
    const UniqueFd listener = make_socket(server, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    bind_to(listener, inet(to, port));
    const UniqueFd fd = make_socket(netns, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
    const sockaddr_in name = inet(to, port);
    check(connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "connect");
    if (send(fd.get(), "q", 1, 0) != 1) return Reach::refused;
    pollfd either[2] = {{fd.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    if (poll(either, 2, patience_ms) == 0) return Reach::no_answer;
    if (pending_error(fd) != 0) return Reach::refused;
    sockaddr_in sender{};
    socklen_t size = sizeof sender;
    char byte = 0;
    auto* address = reinterpret_cast<sockaddr*>(&sender);
    if (recvfrom(listener.get(), &byte, 1, 0, address, &size) != 1) return Reach::no_answer;
    sendto(listener.get(), "a", 1, 0, address, size);
    return wait_for(fd, POLLIN) && recv(fd.get(), &byte, 1, 0) == 1 ? Reach::yes : Reach::no_answer;
}

Reach ping(const std::string& netns, Ipv4 to) {
    const UniqueFd fd = make_socket(netns, AF_INET, SOCK_RAW, IPPROTO_ICMP);
    icmphdr request{};
    request.type = ICMP_ECHO;
    request.un.echo.id = static_cast<std::uint16_t>(fd.get());
    request.checksum = checksum(&request, sizeof request);
    const sockaddr_in name = inet(to, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&name);
    check(sendto(fd.get(), &request, sizeof request, 0, address, sizeof name) > 0, "send echo");
    while (wait_for(fd, POLLIN)) {
        std::array<unsigned char, 256> packet{};
        if (recv(fd.get(), packet.data(), packet.size(), 0) < 28) continue;
        const unsigned type = packet[static_cast<std::size_t>(packet[0] & 0xf) * 4];
        if (type == ICMP_ECHOREPLY) return Reach::yes;
        if (type == ICMP_DEST_UNREACH) return Reach::refused;
    }
    return Reach::no_answer;
}

UniqueFd listen_tcp6(const std::string& netns, std::uint16_t port) {
    UniqueFd fd = make_socket(netns, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK);
    const int one = 1;
    setsockopt(fd.get(), SOL_IPV6, IPV6_V6ONLY, &one, sizeof one);
    bind_to(fd, inet6("::", port));
    check(listen(fd.get(), 16) == 0, "listen");
    return fd;
}

Reach connect_tcp6(const std::string& netns, const std::string& to, std::uint16_t port) {
    const UniqueFd fd = make_socket(netns, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK);
    return connect_and_wait(fd, inet6(to, port));
}

std::ostream& operator<<(std::ostream& out, Reach reach) {
    switch (reach) {
        case Reach::yes:
            return out << "reached";
        case Reach::refused:
            return out << "refused";
        case Reach::no_answer:
            return out << "no answer";
    }
    return out;
}

}  // namespace wpns::test
