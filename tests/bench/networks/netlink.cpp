#include "bench/networks/netlink.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace wpns::bench {
namespace {

[[noreturn]] void fail(int code, const char* step) {
    throw std::system_error(code, std::generic_category(), step);
}

/// The acknowledgements in one datagram.
int acknowledged(const char* data, ssize_t size) {
    int count = 0;
    auto left = static_cast<int>(size);
    for (const auto* head = reinterpret_cast<const nlmsghdr*>(data); NLMSG_OK(head, left);
         head = NLMSG_NEXT(head, left)) {
        if (head->nlmsg_type != NLMSG_ERROR) continue;
        nlmsgerr answer{};
        std::memcpy(&answer, NLMSG_DATA(head), sizeof answer);
        if (answer.error != 0) fail(-answer.error, "rtnetlink");
        ++count;
    }
    return count;
}

}  // namespace

void Messages::append(const void* data, std::size_t size) {
    const auto* begin = static_cast<const char*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
    bytes_.resize((bytes_.size() + 3) & ~std::size_t{3});
}

void Messages::attribute(int type, const void* data, std::size_t size) {
    const nlattr head{static_cast<std::uint16_t>(NLA_HDRLEN + size),
                      static_cast<std::uint16_t>(type)};
    append(&head, sizeof head);
    append(data, size);
}

std::size_t Messages::open(int type) {
    const std::size_t start = bytes_.size();
    attribute(type, nullptr, 0);
    return start;
}

void Messages::close(std::size_t start) {
    const auto size = static_cast<std::uint16_t>(bytes_.size() - start);
    std::memcpy(&bytes_[start], &size, sizeof size);
}

void Messages::end() {
    if (count_ == 0) return;
    const auto size = static_cast<std::uint32_t>(bytes_.size() - start_);
    std::memcpy(&bytes_[start_], &size, sizeof size);
}

void Messages::send(int socket) {
    end();
    if (::send(socket, bytes_.data(), bytes_.size(), 0) < 0) fail(errno, "send");
    std::array<char, 16384> answer{};
    while (count_ > 0) {
        const ssize_t size = recv(socket, answer.data(), answer.size(), 0);
        if (size < 0) fail(errno, "recv");
        count_ -= acknowledged(answer.data(), size);
    }
}

int netlink_socket() {
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) fail(errno, "socket");
    return fd;
}

}  // namespace wpns::bench
