#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/ethernet.h>
#include <netinet/ether.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "probe/link.hpp"
#include "probe/probe.hpp"

namespace wpns::probe {
namespace {

/// Tells the frames of these probes from others: whoever listens on the bridge hears no more than
/// those (host/linux/witness_tap.cpp).
constexpr std::uint32_t first_word = 0x60000000U | 0x57500U;
constexpr std::uint8_t nothing_follows = 59;
/// Neighbours hear a word about neighbours only with this one.
constexpr std::uint8_t hops_of_neighbours = 255;

struct [[gnu::packed]] Packet {
    ether_header ethernet;
    ip6_hdr ip;
};

struct [[gnu::packed]] Claim {
    Packet head;
    nd_neighbor_advert advert;
    nd_opt_hdr option;
    MacBytes mac;
};
static_assert(sizeof(Packet) == 54 && sizeof(Claim) == 54 + 32);

/// The frame as the host would see it, byte for byte: "sent 0212…".
template <typename Frame>
std::string send(int fd, const Frame& frame) {
    if (::send(fd, &frame, sizeof frame, 0) < 0) return outcome(-1);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "sent ";
    for (const auto byte : std::bit_cast<std::array<std::uint8_t, sizeof frame>>(frame)) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

/// `words` are the MAC address that it goes to, source and target; `next` is what follows the
/// heads.
bool fill(Args words, const MacBytes& mac, std::uint8_t next, Packet& packet) {
    ether_addr to{};
    ip6_hdr ip{};
    if (::ether_aton_r(words[0].c_str(), &to) == nullptr ||
        ::inet_pton(AF_INET6, words[1].c_str(), &ip.ip6_src) != 1 ||
        ::inet_pton(AF_INET6, words[2].c_str(), &ip.ip6_dst) != 1)
        return false;
    ip.ip6_flow = htonl(first_word);
    ip.ip6_hlim = hops_of_neighbours;
    ip.ip6_nxt = next;
    packet.ip = ip;
    std::copy_n(to.ether_addr_octet, ETH_ALEN, packet.ethernet.ether_dhost);
    std::copy(mac.begin(), mac.end(), packet.ethernet.ether_shost);
    packet.ethernet.ether_type = htons(ETH_P_IPV6);
    return true;
}

/// "packet6 LINK TO own|other SOURCE TARGET": a packet without a content, with the link's own MAC
/// or another one. It goes to the MAC address TO, as the questions by ARP do.
std::string packet6(Args args) {
    const int fd = packet_socket(args[0], 0);
    MacBytes mac{};
    if (fd < 0 || !read_mac(fd, args[0], args[2], mac)) return outcome(-1);
    Packet packet{};
    const std::array words{args[1], args[3], args[4]};
    if (!fill(words, mac, nothing_follows, packet)) return "bad request";
    return send(fd, packet);
}

/// The checksum of a message about neighbours, in network order.
std::uint16_t checksum(const Claim& claim) {
    const auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof claim>>(claim);
    const auto addresses = std::span(bytes).subspan(sizeof(ether_header) + 8);
    std::uint32_t sum = IPPROTO_ICMPV6 + ntohs(claim.head.ip.ip6_plen);
    for (std::size_t at = 0; at < addresses.size(); at += 2)
        sum += static_cast<std::uint32_t>(addresses[at] << 8U) + addresses[at + 1];
    while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
    return htons(static_cast<std::uint16_t>(~sum));
}

/// "claim6 LINK TO SOURCE TARGET ADDRESS": a neighbour advertisement that ADDRESS is at the MAC of
/// the link. Where no wall stands the host hears it alone, and goes by its permanent neighbours.
std::string claim6(Args args) {
    const int fd = packet_socket(args[0], 0);
    MacBytes mac{};
    if (fd < 0 || !read_mac(fd, args[0], "own", mac)) return outcome(-1);
    Claim claim{};
    nd_neighbor_advert advert{};
    const std::array words{args[1], args[2], args[3]};
    if (!fill(words, mac, IPPROTO_ICMPV6, claim.head) ||
        ::inet_pton(AF_INET6, args[4].c_str(), &advert.nd_na_target) != 1)
        return "bad request";
    claim.head.ip.ip6_plen = htons(sizeof claim - sizeof claim.head);
    advert.nd_na_type = ND_NEIGHBOR_ADVERT;
    advert.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
    claim.advert = advert;
    claim.option = {ND_OPT_TARGET_LINKADDR, 1};
    claim.mac = mac;
    advert.nd_na_cksum = checksum(claim);
    claim.advert = advert;
    return send(fd, claim);
}

constexpr std::array verbs = {Verb{"packet6", 5, packet6}, Verb{"claim6", 5, claim6}};

}  // namespace

std::span<const Verb> frame_ipv6_verbs() {
    return verbs;
}

}  // namespace wpns::probe
