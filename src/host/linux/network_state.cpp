#include "host/linux/network_state.hpp"

#include <arpa/inet.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace wpns::host::linux_os {
namespace {

using nl::Attributes;
using nl::ipv4_of;

/// The attributes behind a fixed header by number; null where absent.
template <int Last, typename Header>
Attributes<Last> attributes_of(nlmsghdr* message) {
    Attributes<Last> found{};
    nlmsg_parse(message, sizeof(Header), found.data(), Last, nullptr);
    return found;
}

template <typename Header>
const Header& header_of(nlmsghdr* message) {
    return *static_cast<const Header*>(nlmsg_data(message));
}

unsigned u32_of(const nlattr* attribute) {
    return attribute == nullptr ? 0 : nla_get_u32(attribute);
}

Mac mac_of(const nlattr* attribute) {
    Mac mac;
    if (attribute != nullptr && nla_len(attribute) == static_cast<int>(mac.bytes.size()))
        std::copy_n(static_cast<const std::uint8_t*>(nla_data(attribute)), mac.bytes.size(),
                    mac.bytes.begin());
    return mac;
}

std::vector<std::string> altnames_of(nlattr* list) {
    std::vector<std::string> names;
    if (list == nullptr) return names;
    nlattr* entry = nullptr;
    int left = 0;
    nla_for_each_nested(entry, list, left) {
        if (nla_type(entry) == IFLA_ALT_IFNAME) names.emplace_back(nla_get_string(entry));
    }
    return names;
}

/// The attribute of that number in a nested one; null where there is none.
nlattr* within(nlattr* nest, int attribute) {
    if (nest == nullptr) return nullptr;
    return nla_find(static_cast<nlattr*>(nla_data(nest)), nla_len(nest), attribute);
}

/// A bridge that learns addresses from frames of its ports' control protocols (LLDP and others):
/// those pass by every filter of the bridge.
bool learns_from_control(nlattr* bridge) {
    const nlattr* options = within(bridge, IFLA_BR_MULTI_BOOLOPT);
    br_boolopt_multi set{};
    if (options != nullptr && nla_len(options) >= static_cast<int>(sizeof set))
        std::memcpy(&set, nla_data(options), sizeof set);
    return (set.optval & (1U << BR_BOOLOPT_NO_LL_LEARN)) == 0;
}

void take_kind(nlattr* info, LinkState& link) {
    if (const nlattr* kind = within(info, IFLA_INFO_KIND)) link.kind = nla_get_string(kind);
    link.learns_from_control =
        link.kind == "bridge" && learns_from_control(within(info, IFLA_INFO_DATA));
    const nlattr* isolated = within(within(info, IFLA_INFO_SLAVE_DATA), IFLA_BRPORT_ISOLATED);
    link.isolated = isolated != nullptr && nla_get_u8(isolated) != 0;
}

/// The link's IPv6 settings come with the link: no look into /proc of another namespace.
bool ipv6_of(nlattr* families) {
    if (families == nullptr) return false;
    const nlattr* family =
        nla_find(static_cast<nlattr*>(nla_data(families)), nla_len(families), AF_INET6);
    if (family == nullptr) return false;
    Attributes<IFLA_INET6_MAX> found{};
    nla_parse_nested(found.data(), IFLA_INET6_MAX, const_cast<nlattr*>(family), nullptr);
    const nlattr* settings = found[IFLA_INET6_CONF];
    const int needed = (DEVCONF_DISABLE_IPV6 + 1) * static_cast<int>(sizeof(std::int32_t));
    if (settings == nullptr || nla_len(settings) < needed) return false;
    return static_cast<const std::int32_t*>(nla_data(settings))[DEVCONF_DISABLE_IPV6] == 0;
}

LinkState link_of(nlmsghdr* message) {
    const auto& header = header_of<ifinfomsg>(message);
    const auto found = attributes_of<IFLA_MAX, ifinfomsg>(message);
    LinkState link;
    link.index = header.ifi_index;
    link.up = (header.ifi_flags & IFF_UP) != 0;
    link.running = (header.ifi_flags & IFF_RUNNING) != 0;
    if (found[IFLA_IFNAME] != nullptr) link.name = nla_get_string(found[IFLA_IFNAME]);
    take_kind(found[IFLA_LINKINFO], link);
    link.master = static_cast<int>(u32_of(found[IFLA_MASTER]));
    link.altnames = altnames_of(found[IFLA_PROP_LIST]);
    link.peer_index = static_cast<int>(u32_of(found[IFLA_LINK]));
    link.ipv6 = ipv6_of(found[IFLA_AF_SPEC]);
    link.mtu = u32_of(found[IFLA_MTU]);
    link.group = u32_of(found[IFLA_GROUP]);
    link.mac = mac_of(found[IFLA_ADDRESS]);
    return link;
}

AddressState address_of(nlmsghdr* message) {
    const auto& header = header_of<ifaddrmsg>(message);
    const auto found = attributes_of<IFA_MAX, ifaddrmsg>(message);
    const nlattr* local = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
    const nlattr* remote = found[IFA_ADDRESS] != nullptr ? found[IFA_ADDRESS] : local;
    return {static_cast<int>(header.ifa_index), ipv4_of(local), ipv4_of(remote),
            header.ifa_prefixlen};
}

NeighbourState neighbour_of(nlmsghdr* message) {
    const auto found = attributes_of<NDA_MAX, ndmsg>(message);
    return {header_of<ndmsg>(message).ndm_ifindex, ipv4_of(found[NDA_DST]),
            mac_of(found[NDA_LLADDR])};
}

/// Gateway and link of the first next hop of a multipath route.
void take_first_hop(const nlattr* multipath, RouteState& route) {
    auto* hop = static_cast<rtnexthop*>(nla_data(multipath));
    if (nla_len(multipath) < static_cast<int>(sizeof *hop) || hop->rtnh_len < sizeof *hop) return;
    route.link = hop->rtnh_ifindex;
    auto* first = reinterpret_cast<nlattr*>(RTNH_DATA(hop));
    const int size = hop->rtnh_len - static_cast<int>(sizeof *hop);
    if (const nlattr* gateway = nla_find(first, size, RTA_GATEWAY))
        route.gateway = ipv4_of(gateway);
}

RouteState route_of(nlmsghdr* message) {
    const auto& header = header_of<rtmsg>(message);
    const auto found = attributes_of<RTA_MAX, rtmsg>(message);
    RouteState route;
    route.destination = Cidr::of(ipv4_of(found[RTA_DST]), header.rtm_dst_len);
    if (found[RTA_GATEWAY] != nullptr) route.gateway = ipv4_of(found[RTA_GATEWAY]);
    route.link = static_cast<int>(u32_of(found[RTA_OIF]));
    if (found[RTA_MULTIPATH] != nullptr) take_first_hop(found[RTA_MULTIPATH], route);
    route.table = found[RTA_TABLE] != nullptr ? u32_of(found[RTA_TABLE]) : header.rtm_table;
    route.type = header.rtm_type;
    route.priority = u32_of(found[RTA_PRIORITY]);
    return route;
}

}  // namespace

std::vector<LinkState> read_links(nl::Socket& socket) {
    nl::Message ask(RTM_GETLINK, 0);
    ask.header(ifinfomsg{}).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    std::vector<LinkState> links;
    socket.dump(ask, "list links").each(RTM_NEWLINK, [&](nlmsghdr* message) {
        links.push_back(link_of(message));
    });
    return links;
}

std::optional<LinkState> read_link(nl::Socket& socket, const std::string& name) {
    nl::Message ask(RTM_GETLINK, 0);
    const int by = name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME;
    ask.header(ifinfomsg{}).text(by, name).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    const nl::Answer answer = socket.exchange(ask);
    if (answer.error == ENODEV) return std::nullopt;
    if (answer.error != 0) nl::throw_answer("read link " + name, answer);
    std::optional<LinkState> link;
    answer.replies.each(RTM_NEWLINK, [&](nlmsghdr* message) { link = link_of(message); });
    return link;
}

std::vector<AddressState> read_addresses(nl::Socket& socket, int link) {
    nl::Message ask(RTM_GETADDR, 0);
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_index = static_cast<unsigned>(link);
    ask.header(header);
    std::vector<AddressState> addresses;
    socket.dump(ask, "list addresses").each(RTM_NEWADDR, [&](nlmsghdr* message) {
        addresses.push_back(address_of(message));
    });
    return addresses;
}

std::vector<NeighbourState> read_neighbours(nl::Socket& socket, int link) {
    nl::Message ask(RTM_GETNEIGH, 0);
    ndmsg header{};
    header.ndm_family = AF_INET;
    ask.header(header);
    if (link != 0) ask.u32(NDA_IFINDEX, static_cast<std::uint32_t>(link));
    std::vector<NeighbourState> neighbours;
    socket.dump(ask, "list neighbours").each(RTM_NEWNEIGH, [&](nlmsghdr* message) {
        if ((header_of<ndmsg>(message).ndm_state & NUD_PERMANENT) != 0)
            neighbours.push_back(neighbour_of(message));
    });
    return neighbours;
}

std::vector<RouteState> read_routes(nl::Socket& socket, int link) {
    nl::Message ask(RTM_GETROUTE, 0);
    rtmsg header{};
    header.rtm_family = AF_INET;
    ask.header(header);
    if (link != 0) ask.u32(RTA_OIF, static_cast<std::uint32_t>(link));
    std::vector<RouteState> routes;
    socket.dump(ask, "list routes").each(RTM_NEWROUTE, [&](nlmsghdr* message) {
        RouteState route = route_of(message);
        if (route.table != RT_TABLE_LOCAL) routes.push_back(route);
    });
    return routes;
}

}  // namespace wpns::host::linux_os
