#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if_arp.h>
#include <netinet/ether.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "probe/link.hpp"
#include "probe/probe.hpp"

namespace wpns::probe {
namespace {

constexpr int patience_ms = 600;

/// An Ethernet frame with a question or answer of ARP for IPv4.
struct Frame {
    ether_header ethernet;
    ether_arp arp;
};

Frame question(const ether_addr& to, const MacBytes& mac, const in_addr& asking,
               const in_addr& target) {
    Frame frame{};
    std::copy_n(to.ether_addr_octet, ETH_ALEN, frame.ethernet.ether_dhost);
    std::copy(mac.begin(), mac.end(), frame.ethernet.ether_shost);
    frame.ethernet.ether_type = htons(ETH_P_ARP);
    frame.arp.ea_hdr = {htons(ARPHRD_ETHER), htons(ETH_P_IP), ETH_ALEN, 4, htons(ARPOP_REQUEST)};
    std::copy(mac.begin(), mac.end(), frame.arp.arp_sha);
    std::memcpy(frame.arp.arp_spa, &asking, sizeof asking);
    std::memcpy(frame.arp.arp_tpa, &target, sizeof target);
    return frame;
}

/// Whether just that question is answered before the patience is over; others ask at the same time.
std::string await_answer(int fd, const ether_arp& asked) {
    for (pollfd entry{fd, POLLIN, 0}; ::poll(&entry, 1, patience_ms) == 1;) {
        Frame got{};
        const auto size = ::recv(fd, &got, sizeof got, 0);
        if (size < static_cast<ssize_t>(sizeof got)) continue;
        const bool answer = got.arp.ea_hdr.ar_op == htons(ARPOP_REPLY) &&
                            std::memcmp(got.arp.arp_spa, asked.arp_tpa, 4) == 0 &&
                            std::memcmp(got.arp.arp_tpa, asked.arp_spa, 4) == 0 &&
                            std::memcmp(got.arp.arp_tha, asked.arp_sha, ETH_ALEN) == 0;
        if (answer) return "answered";
    }
    return "silent";
}

/// "arp LINK TO own|other ASKING TARGET": asks who has TARGET, as ASKING with the link's own MAC or
/// another one. It asks the MAC address TO and not all: where no wall stands, all would believe
/// that ASKING is there, and it would be cut off from them for a while.
std::string arp(Args args) {
    in_addr asking{};
    in_addr target{};
    ether_addr to{};
    if (::ether_aton_r(args[1].c_str(), &to) == nullptr ||
        ::inet_pton(AF_INET, args[3].c_str(), &asking) != 1 ||
        ::inet_pton(AF_INET, args[4].c_str(), &target) != 1)
        return "bad request";
    const int fd = packet_socket(args[0], ETH_P_ARP);
    MacBytes mac{};
    if (fd < 0 || !read_mac(fd, args[0], args[2], mac)) return outcome(-1);
    const Frame frame = question(to, mac, asking, target);
    if (::send(fd, &frame, sizeof frame, 0) < 0) return outcome(-1);
    return await_answer(fd, frame.arp);
}

constexpr std::array verbs = {Verb{"arp", 5, arp}};

}  // namespace

std::span<const Verb> frame_verbs() {
    return verbs;
}

}  // namespace wpns::probe
