#include "network/frames.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "host/linux/network_state.hpp"
#include "host/linux/nl_message.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

class Frame {
  public:
    Frame& mac(const Mac& value) {
        bytes_.insert(bytes_.end(), value.bytes.begin(), value.bytes.end());
        return *this;
    }
    Frame& u8(unsigned value) {
        bytes_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Frame& u16(unsigned value) { return u8(value >> 8U & 0xffU).u8(value & 0xffU); }
    Frame& ipv4(Ipv4 value) { return u16(value.value >> 16U).u16(value.value & 0xffffU); }
    [[nodiscard]] Bytes bytes() const { return bytes_; }

  private:
    Bytes bytes_;
};

constexpr Mac everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

UniqueFd packet_socket(const std::string& netns, const std::string& link) {
    UniqueFd fd;
    in(netns, [&] {
        fd = UniqueFd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
        sockaddr_ll name{};
        name.sll_family = AF_PACKET;
        name.sll_protocol = htons(ETH_P_ALL);
        name.sll_ifindex = static_cast<int>(if_nametoindex(link.c_str()));
        if (!fd.valid() || name.sll_ifindex == 0 ||
            bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
            throw std::runtime_error(std::string("packet socket: ") + std::strerror(errno));
    });
    return fd;
}

void put_on(const std::string& netns, const std::string& link, const Frame& frame) {
    const UniqueFd fd = packet_socket(netns, link);
    Bytes bytes = frame.bytes();
    bytes.resize(std::max<std::size_t>(bytes.size(), 60));
    if (send(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error(std::string("send frame: ") + std::strerror(errno));
}

unsigned checksum_of(const Bytes& header) {
    unsigned sum = 0;
    for (std::size_t i = 0; i + 1 < header.size(); i += 2)
        sum += static_cast<unsigned>(header[i] << 8 | header[i + 1]);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

void put_datagram(Frame& frame, Ipv4 from, Ipv4 to, std::uint16_t port) {
    const auto header = [&](unsigned checksum) {
        Frame part;
        part.u16(0x4500).u16(29).u16(0).u16(0).u8(64).u8(17).u16(checksum).ipv4(from).ipv4(to);
        return part;
    };
    const Frame blank = header(0);
    const Frame whole = header(checksum_of(blank.bytes()));
    const Bytes bytes = whole.bytes();
    for (const auto byte : bytes) frame.u8(byte);
    frame.u16(4000).u16(port).u16(9).u16(0).u8('x');
}

Frame arp(unsigned operation, const Mac& frame, const Sender& sender, const Mac& to_mac, Ipv4 to) {
    Frame message;
    message.mac(everybody).mac(frame).u16(ETH_P_ARP).u16(1).u16(ETH_P_IP).u8(6).u8(4).u16(
        operation);
    return message.mac(sender.mac).ipv4(sender.address).mac(to_mac).ipv4(to);
}

}  // namespace

void send_frame(const std::string& netns, const std::string& link, const Sender& sender,
                const Mac& to_mac, Ipv4 to, std::uint16_t port) {
    Frame frame;
    frame.mac(to_mac).mac(sender.mac).u16(ETH_P_IP);
    put_datagram(frame, sender.address, to, port);
    put_on(netns, link, frame);
}

void send_tagged_frame(const std::string& netns, const std::string& link, const Sender& sender,
                       const Mac& to_mac, Ipv4 to, std::uint16_t port) {
    Frame frame;
    frame.mac(to_mac).mac(sender.mac).u16(ETH_P_8021Q).u16(7).u16(ETH_P_IP);
    put_datagram(frame, sender.address, to, port);
    put_on(netns, link, frame);
}

void send_arp_claim(const std::string& netns, const std::string& link, const Mac& frame,
                    const Sender& claimed) {
    put_on(netns, link, arp(2, frame, claimed, everybody, claimed.address));
}

void send_control_frame(const std::string& netns, const std::string& link, const Mac& mac) {
    Frame frame;
    frame.mac({{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}}).mac(mac).u16(0x88cc);
    put_on(netns, link, frame);
}

bool arp_answered(const std::string& netns, const std::string& link, const Mac& frame,
                  const Sender& asking, Ipv4 target) {
    const UniqueFd ear = packet_socket(netns, link);
    put_on(netns, link, arp(1, frame, asking, {}, target));
    const Bytes wanted = arp(2, frame, {Mac{}, target}, {}, {}).bytes();
    for (pollfd entry{ear.get(), POLLIN, 0}; poll(&entry, 1, 500) == 1;) {
        Bytes got(128);
        const ssize_t size = recv(ear.get(), got.data(), got.size(), 0);
        const auto same = [&](std::size_t first, std::size_t last) {
            return std::equal(got.begin() + static_cast<long>(first),
                              got.begin() + static_cast<long>(last),
                              wanted.begin() + static_cast<long>(first));
        };
        // type, operation and the address that is answered for
        if (size >= 42 && same(12, 22) && same(28, 32)) return true;
    }
    return false;
}

Mac neighbour_of(const std::string& netns, const std::string& link, Ipv4 address) {
    using namespace host::linux_os;
    Socket socket = socket_of(netns);
    const auto state = read_link(socket, link);
    nl::Message ask(RTM_GETNEIGH, 0);
    ndmsg header{};
    header.ndm_family = AF_INET;
    ask.header(header);
    Mac found;
    socket.dump(ask, "list neighbours").each(RTM_NEWNEIGH, [&](nlmsghdr* message) {
        const auto* entry = static_cast<const ndmsg*>(nlmsg_data(message));
        const nlattr* where = nlmsg_find_attr(message, sizeof(ndmsg), NDA_DST);
        const nlattr* mac = nlmsg_find_attr(message, sizeof(ndmsg), NDA_LLADDR);
        if (entry->ndm_ifindex != state->index || nl::ipv4_of(where) != address || mac == nullptr)
            return;
        std::memcpy(found.bytes.data(), nla_data(mac), found.bytes.size());
    });
    return found;
}

int port_of(const std::string& bridge, const Mac& mac) {
    using namespace host::linux_os;
    Socket socket;
    const int master = read_link(socket, bridge)->index;
    nl::Message ask(RTM_GETNEIGH, 0);
    ndmsg header{};
    header.ndm_family = AF_BRIDGE;
    ask.header(header);
    int port = 0;
    socket.dump(ask, "list what bridges know").each(RTM_NEWNEIGH, [&](nlmsghdr* message) {
        const auto* entry = static_cast<const ndmsg*>(nlmsg_data(message));
        const nlattr* of = nlmsg_find_attr(message, sizeof(ndmsg), NDA_MASTER);
        const nlattr* known = nlmsg_find_attr(message, sizeof(ndmsg), NDA_LLADDR);
        if (of == nullptr || static_cast<int>(nla_get_u32(of)) != master || known == nullptr)
            return;
        if (std::memcmp(nla_data(known), mac.bytes.data(), mac.bytes.size()) == 0)
            port = entry->ndm_ifindex;
    });
    return port;
}

}  // namespace wpns::test
