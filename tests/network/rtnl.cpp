#include "network/rtnl.hpp"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <stdexcept>

#include "host/linux/network_state.hpp"

namespace wpns::test {
namespace {

using host::linux_os::nl::Message;

int index_of(Socket& socket, const std::string& link) {
    const auto found = host::linux_os::read_link(socket, link);
    if (!found) throw std::runtime_error("no link " + link);
    return found->index;
}

Message link_message(Socket& socket, const std::string& link, unsigned flags = 0) {
    ifinfomsg header{};
    header.ifi_index = index_of(socket, link);
    header.ifi_change = IFF_UP;
    header.ifi_flags = flags;
    if (flags == 0) header.ifi_change = 0;
    Message message(RTM_NEWLINK, 0);
    message.header(header);
    return message;
}

void change_address(Socket& socket, int type, const std::string& link, Ipv4 address,
                    unsigned prefix) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = static_cast<unsigned char>(prefix);
    header.ifa_index = static_cast<unsigned>(index_of(socket, link));
    Message message(type, type == RTM_NEWADDR ? NLM_F_CREATE : 0);
    message.header(header).ipv4(IFA_LOCAL, address).ipv4(IFA_ADDRESS, address);
    socket.request(message, "change address of " + link);
}

rtmsg route_header(const Cidr& to, unsigned char type) {
    rtmsg header{};
    header.rtm_family = AF_INET;
    header.rtm_dst_len = static_cast<unsigned char>(to.prefix());
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_type = type;
    return header;
}

}  // namespace

void set_mtu(Socket& socket, const std::string& link, unsigned mtu) {
    Message message = link_message(socket, link);
    socket.request(message.u32(IFLA_MTU, mtu), "set mtu of " + link);
}

void set_mac(Socket& socket, const std::string& link, const Mac& mac) {
    Message message = link_message(socket, link);
    socket.request(message.mac(IFLA_ADDRESS, mac), "set mac of " + link);
}

void set_group(Socket& socket, const std::string& link, unsigned group) {
    Message message = link_message(socket, link);
    socket.request(message.u32(IFLA_GROUP, group), "set group of " + link);
}

void set_down(Socket& socket, const std::string& link) {
    ifinfomsg header{};
    header.ifi_index = index_of(socket, link);
    header.ifi_change = IFF_UP;
    Message message(RTM_NEWLINK, 0);
    socket.request(message.header(header), "set down " + link);
}

void add_bridge(Socket& socket, const std::string& link) {
    Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.header(ifinfomsg{}).text(IFLA_IFNAME, link).nest(IFLA_LINKINFO, [](Message& info) {
        info.text(IFLA_INFO_KIND, "bridge");
    });
    socket.request(message, "add " + link);
}

void add_address(Socket& socket, const std::string& link, Ipv4 address, unsigned prefix) {
    Message up = link_message(socket, link, IFF_UP);
    socket.request(up, "set up " + link);
    change_address(socket, RTM_NEWADDR, link, address, prefix);
}

void add_address6(Socket& socket, const std::string& link, const std::string& address) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET6;
    header.ifa_prefixlen = 64;
    header.ifa_flags = IFA_F_NODAD;
    header.ifa_index = static_cast<unsigned>(index_of(socket, link));
    in6_addr bytes{};
    inet_pton(AF_INET6, address.c_str(), &bytes);
    Message message(RTM_NEWADDR, NLM_F_CREATE);
    message.header(header);
    if (nla_put(message.get(), IFA_LOCAL, sizeof bytes, &bytes) < 0)
        throw std::runtime_error("message too small");
    socket.request(message, "set IPv6 address of " + link);
}

void delete_address(Socket& socket, const std::string& link, Ipv4 address, unsigned prefix) {
    change_address(socket, RTM_DELADDR, link, address, prefix);
}

void add_route6(Socket& socket, const std::string& link, const Cidr6& to, const Ipv6& gateway) {
    rtmsg header{};
    header.rtm_family = AF_INET6;
    header.rtm_dst_len = static_cast<unsigned char>(to.prefix());
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_type = RTN_UNICAST;
    Message message(RTM_NEWROUTE, NLM_F_CREATE);
    message.header(header).ipv6(RTA_DST, to.network());
    if (gateway != Ipv6{}) message.ipv6(RTA_GATEWAY, gateway);
    message.u32(RTA_OIF, static_cast<std::uint32_t>(index_of(socket, link)));
    socket.request(message, "add IPv6 route");
}

void add_route(Socket& socket, const std::string& link, const Cidr& to, Ipv4 gateway,
               unsigned metric) {
    Message message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    message.header(route_header(to, RTN_UNICAST)).ipv4(RTA_DST, to.network());
    message.ipv4(RTA_GATEWAY, gateway)
        .u32(RTA_OIF, static_cast<unsigned>(index_of(socket, link)))
        .u32(RTA_PRIORITY, metric);
    socket.request(message, "add route through " + link);
}

void delete_route(Socket& socket, const std::string& link, const Cidr& to) {
    rtmsg header = route_header(to, 0);
    header.rtm_scope = RT_SCOPE_NOWHERE;
    header.rtm_protocol = 0;
    Message message(RTM_DELROUTE, 0);
    message.header(header).ipv4(RTA_DST, to.network());
    if (!link.empty()) message.u32(RTA_OIF, static_cast<unsigned>(index_of(socket, link)));
    socket.request(message, "delete route " + to.str());
}

void add_blackhole(Socket& socket, const Cidr& to) {
    Message message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    message.header(route_header(to, RTN_BLACKHOLE)).ipv4(RTA_DST, to.network());
    socket.request(message, "add blackhole");
}

void delete_neighbour(Socket& socket, const std::string& link, Ipv4 address) {
    ndmsg header{};
    header.ndm_family = AF_INET;
    header.ndm_ifindex = index_of(socket, link);
    Message message(RTM_DELNEIGH, 0);
    socket.request(message.header(header).ipv4(NDA_DST, address), "delete neighbour of " + link);
}

void delete_altname(Socket& socket, const std::string& link, const std::string& altname) {
    Message message(RTM_DELLINKPROP, 0);
    ifinfomsg header{};
    header.ifi_index = index_of(socket, link);
    message.header(header).nest(IFLA_PROP_LIST,
                                [&](Message& list) { list.text(IFLA_ALT_IFNAME, altname); });
    socket.request(message, "delete altname of " + link);
}

void add_queue(Socket& socket, int link, const std::string& kind, std::uint32_t handle) {
    tcmsg header{};
    header.tcm_ifindex = link;
    header.tcm_parent = TC_H_ROOT;
    header.tcm_handle = handle;
    Message message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
    socket.request(message.header(header).text(TCA_KIND, kind), "add queue " + kind);
}

void delete_queue(Socket& socket, int link) {
    tcmsg header{};
    header.tcm_ifindex = link;
    header.tcm_parent = TC_H_ROOT;
    Message message(RTM_DELQDISC, 0);
    socket.request(message.header(header), "delete queue");
}

}  // namespace wpns::test
