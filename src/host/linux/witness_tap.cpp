#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "host/linux/witness_linux.hpp"

namespace wpns::host::linux_os {
namespace {

/// Version, class and flow label of the probes' packets; see probe/frames_ipv6.cpp.
constexpr std::uint32_t mark_of_probes = 0x60000000U | 0x57500U;
constexpr int quiet_ms = 200;

/// The kernel queues nothing but frames with the mark: a busy bridge must not push them out.
void hear_marked_only(const UniqueFd& fd) {
    std::array<sock_filter, 4> steps{{{BPF_LD | BPF_W | BPF_ABS, 0, 0, ETH_HLEN},
                                      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, mark_of_probes},
                                      {BPF_RET | BPF_K, 0, 0, 0xffffffffU},
                                      {BPF_RET | BPF_K, 0, 0, 0}}};
    const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        throw_errno("filter frames", errno);
}

class PacketTap final : public Witness::Tap {
  public:
    /// It hears nothing before it has its filter.
    explicit PacketTap(const std::string& link)
        : fd_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
        if (!fd_.valid()) throw_errno("packet socket", errno);
        hear_marked_only(fd_);
        sockaddr_ll name{};
        name.sll_family = AF_PACKET;
        name.sll_protocol = htons(ETH_P_IPV6);
        name.sll_ifindex = static_cast<int>(::if_nametoindex(link.c_str()));
        if (name.sll_ifindex == 0) throw_errno("link " + link, errno);
        if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
            throw_errno("listen on " + link, errno);
    }
    [[nodiscard]] std::set<std::string> heard() override {
        for (pollfd entry{fd_.get(), POLLIN, 0}; ::poll(&entry, 1, quiet_ms) == 1;) {
            std::array<char, 256> frame{};
            const auto size = ::recv(fd_.get(), frame.data(), frame.size(), 0);
            if (size <= 0) break;
            heard_.insert(to_hex({frame.data(), static_cast<std::size_t>(size)}));
        }
        return heard_;
    }

  private:
    UniqueFd fd_;
    std::set<std::string> heard_;
};

}  // namespace

std::unique_ptr<Witness::Tap> open_tap(const std::string& link) {
    return std::make_unique<PacketTap>(link);
}

}  // namespace wpns::host::linux_os
