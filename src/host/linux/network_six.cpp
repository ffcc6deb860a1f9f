#include "host/linux/network_six.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "host/linux/network_entries.hpp"

namespace wpns::host::linux_os {
namespace {

using nl::ipv6_of;

/// What the kernel gives a default route without a metric (IP6_RT_PRIO_USER).
constexpr std::uint32_t usual_metric = 1024;

template <int Last, typename Header>
nl::Attributes<Last> parsed_six(nlmsghdr* message) {
    nl::Attributes<Last> found{};
    nlmsg_parse(message, sizeof(Header), found.data(), Last, nullptr);
    return found;
}

void read_six_addresses(nl::Socket& socket, std::map<int, SixState>& links) {
    nl::Message ask(RTM_GETADDR, 0);
    ifaddrmsg header{};
    header.ifa_family = AF_INET6;
    socket.dump(ask.header(header), "list IPv6 addresses").each(RTM_NEWADDR, [&](nlmsghdr* one) {
        const auto& fixed = *static_cast<const ifaddrmsg*>(nlmsg_data(one));
        const auto found = parsed_six<IFA_MAX, ifaddrmsg>(one);
        const nlattr* local = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
        links[static_cast<int>(fixed.ifa_index)].addresses.push_back(
            {ipv6_of(local), fixed.ifa_prefixlen});
    });
}

void read_six_neighbours(nl::Socket& socket, std::map<int, SixState>& links) {
    nl::Message ask(RTM_GETNEIGH, 0);
    ndmsg header{};
    header.ndm_family = AF_INET6;
    socket.dump(ask.header(header), "list IPv6 neighbours").each(RTM_NEWNEIGH, [&](nlmsghdr* one) {
        const auto& fixed = *static_cast<const ndmsg*>(nlmsg_data(one));
        const auto found = parsed_six<NDA_MAX, ndmsg>(one);
        const nlattr* mac = found[NDA_LLADDR];
        Mac address;
        if ((fixed.ndm_state & NUD_PERMANENT) == 0 || mac == nullptr ||
            nla_len(mac) != static_cast<int>(address.bytes.size()))
            return;
        std::copy_n(static_cast<const std::uint8_t*>(nla_data(mac)), address.bytes.size(),
                    address.bytes.begin());
        links[fixed.ndm_ifindex].neighbours.emplace(ipv6_of(found[NDA_DST]), address);
    });
}

void read_six_gateways(nl::Socket& socket, std::map<int, SixState>& links) {
    nl::Message ask(RTM_GETROUTE, 0);
    rtmsg header{};
    header.rtm_family = AF_INET6;
    socket.dump(ask.header(header), "list IPv6 routes").each(RTM_NEWROUTE, [&](nlmsghdr* one) {
        const auto& fixed = *static_cast<const rtmsg*>(nlmsg_data(one));
        const auto found = parsed_six<RTA_MAX, rtmsg>(one);
        if (fixed.rtm_dst_len != 0 || fixed.rtm_type != RTN_UNICAST ||
            fixed.rtm_table != RT_TABLE_MAIN || found[RTA_GATEWAY] == nullptr ||
            found[RTA_OIF] == nullptr || found[RTA_PRIORITY] == nullptr ||
            nla_get_u32(found[RTA_PRIORITY]) > usual_metric)
            return;
        links[static_cast<int>(nla_get_u32(found[RTA_OIF]))].gateways.push_back(
            ipv6_of(found[RTA_GATEWAY]));
    });
}

nl::Message address6_message(int type, int flags, int link, const Address6State& address) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET6;
    header.ifa_prefixlen = static_cast<unsigned char>(address.prefix);
    header.ifa_index = static_cast<unsigned>(link);
    nl::Message message(type, flags);
    message.header(header).ipv6(IFA_LOCAL, address.address).ipv6(IFA_ADDRESS, address.address);
    return message;
}

void correct_six_addresses(nl::Socket& socket, int link, const std::string& name,
                           const SixState& state, const Address6State& wanted) {
    bool found = false;
    for (const Address6State& address : state.addresses) {
        found = found || address == wanted;
        if (address == wanted) continue;
        nl::Message message = address6_message(RTM_DELADDR, 0, link, address);
        socket.request(message, "remove wrong IPv6 address of link " + name);
    }
    if (found) return;
    nl::Message message = address6_message(RTM_NEWADDR, put_flags, link, wanted);
    message.u32(IFA_FLAGS, IFA_F_NODAD);
    socket.request(message, "set IPv6 address of link " + name);
}

}  // namespace

std::map<int, SixState> read_six(nl::Socket& socket) {
    std::map<int, SixState> links;
    read_six_addresses(socket, links);
    read_six_neighbours(socket, links);
    read_six_gateways(socket, links);
    return links;
}

bool knows(const SixState& state, const Ipv6& peer, const Mac& mac) {
    const auto found = state.neighbours.find(peer);
    return peer == Ipv6{} || (found != state.neighbours.end() && found->second == mac);
}

void put_neighbour6(nl::Socket& socket, int link, const std::string& name, const Ipv6& address,
                    const Mac& mac) {
    nl::Message entry = permanent_neighbour(AF_INET6, link);
    entry.ipv6(NDA_DST, address).mac(NDA_LLADDR, mac);
    socket.request(entry, "set IPv6 neighbour of link " + name);
}

bool is_as_wanted(const SixState& state, const WantedSix& wanted) {
    const std::vector<Address6State> address{{wanted.address, wanted.prefix}};
    return state.addresses == address && knows(state, wanted.peer, wanted.peer_mac) &&
           (!wanted.default_route || state.gateways == std::vector{wanted.peer});
}

void correct_six(nl::Socket& socket, int link, const std::string& name, const SixState& state,
                 const WantedSix& wanted) {
    if (is_as_wanted(state, wanted)) return;
    correct_six_addresses(socket, link, name, state, {wanted.address, wanted.prefix});
    if (wanted.peer != Ipv6{}) put_neighbour6(socket, link, name, wanted.peer, wanted.peer_mac);
    if (!wanted.default_route) return;
    constexpr unsigned alone = 128;  // in its own network
    nl::Message route = default_route(
        AF_INET6, link, wanted.prefix == alone ? Gateway::anywhere : Gateway::in_network);
    route.ipv6(RTA_GATEWAY, wanted.peer);
    socket.request(route, "set IPv6 default route through link " + name);
}

}  // namespace wpns::host::linux_os
