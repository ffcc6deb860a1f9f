#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <thread>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/linux/witness_linux.hpp"

namespace wpns::host::linux_os {
namespace {

UniqueFd open_socket(int family, int type) {
    UniqueFd fd(::socket(family, type | SOCK_CLOEXEC, 0));
    if (!fd.valid()) throw_errno("socket", errno);
    return fd;
}

/// A TCP socket for both families where the kernel has IPv6.
UniqueFd open_tcp() {
    UniqueFd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int off = 0;
    if (fd.valid() && ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0)
        return fd;
    return open_socket(AF_INET, SOCK_STREAM);
}

/// On every address, with a port that the kernel chooses; its number comes back.
std::uint16_t bind_everywhere(const UniqueFd& socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::getsockname(socket.get(), generic, &size) != 0) throw_errno("look at a socket", errno);
    // The address of a new socket is its family and zeros: any address, any port.
    if (::bind(socket.get(), generic, size) != 0) throw_errno("bind a port", errno);
    size = sizeof address;
    if (::getsockname(socket.get(), generic, &size) != 0) throw_errno("look at a port", errno);
    // The port is at the same place for both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void bind_abstract(int fd, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0)
        throw_errno("bind an abstract socket", errno);
}

/// The sockets and a thread that answers what comes by UDP. Nobody accepts: the kernel completes
/// connections by itself.
class Sockets {
  public:
    Sockets()
        : tcp_(open_tcp()),
          udp_(open_socket(AF_INET, SOCK_DGRAM)),
          abstract_(open_socket(AF_UNIX, SOCK_STREAM)),
          end_(::eventfd(0, EFD_CLOEXEC)) {}
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;
    ~Sockets() {
        const std::uint64_t one = 1;
        (void)!::write(end_.get(), &one, sizeof one);
        if (answering_.joinable()) answering_.join();
    }

    Witness::Ears open() {
        constexpr int backlog = 128;
        Witness::Ears ears;
        ears.tcp = bind_everywhere(tcp_);
        ears.udp = bind_everywhere(udp_);
        ears.abstract = "@wpns-verify-" + random_hex(8);
        bind_abstract(abstract_.get(), ears.abstract);
        if (::listen(tcp_.get(), backlog) != 0 || ::listen(abstract_.get(), backlog) != 0)
            throw_errno("listen", errno);
        answering_ = std::thread([this] { answer(); });
        return ears;
    }

  private:
    void answer() const {
        std::array<pollfd, 2> fds{pollfd{end_.get(), POLLIN, 0}, pollfd{udp_.get(), POLLIN, 0}};
        while (::poll(fds.data(), fds.size(), -1) >= 0 && fds[0].revents == 0) {
            sockaddr_in from{};
            socklen_t size = sizeof from;
            char byte = 0;
            auto* address = reinterpret_cast<sockaddr*>(&from);
            if (::recvfrom(udp_.get(), &byte, 1, MSG_DONTWAIT, address, &size) >= 0)
                ::sendto(udp_.get(), &byte, 1, MSG_DONTWAIT, address, size);
        }
    }

    UniqueFd tcp_, udp_, abstract_, end_;
    std::thread answering_;
};

}  // namespace

Witness::Ears open_ears() {
    auto sockets = std::make_shared<Sockets>();
    auto ears = sockets->open();
    ears.open = std::move(sockets);
    return ears;
}

}  // namespace wpns::host::linux_os
