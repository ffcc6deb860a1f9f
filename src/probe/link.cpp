#include "probe/link.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace wpns::probe {

int packet_socket(const std::string& link, std::uint16_t protocol) {
    const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(protocol));
    if (fd < 0) return fd;
    sockaddr_ll name{};
    name.sll_family = AF_PACKET;
    name.sll_protocol = htons(protocol);
    name.sll_ifindex = static_cast<int>(::if_nametoindex(link.c_str()));
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) < 0 ? -1 : fd;
}

bool read_mac(int fd, const std::string& link, const std::string& which, MacBytes& mac) {
    mac = {0x02, 0x00, 0x5e, 0x10, 0x77, 0x70};
    if (which == "other") return true;
    ifreq ask{};
    std::copy_n(link.data(), std::min<std::size_t>(link.size(), IFNAMSIZ - 1), ask.ifr_name);
    if (::ioctl(fd, SIOCGIFHWADDR, &ask) < 0) return false;
    std::memcpy(mac.data(), ask.ifr_hwaddr.sa_data, mac.size());
    return true;
}

}  // namespace wpns::probe
