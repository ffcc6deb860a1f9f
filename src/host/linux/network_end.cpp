#include "host/linux/network_end.hpp"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "host/linux/network_entries.hpp"
#include "model/allocate.hpp"

namespace wpns::host::linux_os {
namespace {

ifinfomsg header_for(const LinkState& link) {
    ifinfomsg header{};
    header.ifi_index = link.index;
    return header;
}

/// Name, MAC, MTU, group and "up" go in one message, so that nothing half-set is ever up.
void correct_link(nl::Socket& socket, const LinkState& link, const WantedEnd& wanted) {
    const bool same_mac = link.mac == wanted.mac;
    const bool same_master = link.master == wanted.master;
    if (same_mac && same_master && link.mtu == wanted.mtu && link.group == wanted.group && link.up)
        return;
    ifinfomsg header = header_for(link);
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    nl::Message message(RTM_NEWLINK, 0);
    message.header(header).u32(IFLA_MTU, wanted.mtu).u32(IFLA_GROUP, wanted.group);
    if (!same_mac) message.mac(IFLA_ADDRESS, wanted.mac);
    if (!same_master) message.u32(IFLA_MASTER, static_cast<std::uint32_t>(wanted.master));
    const nl::Answer answer = socket.exchange(message);
    if (answer.error == EXFULL)
        throw Error(ErrorKind::failed, "link " + wanted.name.name + ": its bridge has " +
                                           std::to_string(bridge_ports) +
                                           " ports already, and a Linux bridge has no more");
    if (answer.error != 0) nl::throw_answer("set up link " + wanted.name.name, answer);
}

/// Mates reach each other.
void correct_isolation(nl::Socket& socket, const LinkState& link, const WantedEnd& wanted) {
    if (wanted.master == 0 || link.master != wanted.master || !link.isolated) return;
    nl::Message message(RTM_NEWLINK, 0);
    message.header(header_for(link)).nest(IFLA_LINKINFO, [](nl::Message& info) {
        info.text(IFLA_INFO_SLAVE_KIND, "bridge").nest(IFLA_INFO_SLAVE_DATA, [](nl::Message& port) {
            port.fixed(IFLA_BRPORT_ISOLATED, std::uint8_t{0});
        });
    });
    socket.request(message, "join link " + wanted.name.name + " with its mates");
}

/// The full name as altname; libnl has no call for it.
void correct_full_name(nl::Socket& socket, const LinkState& link, const names::LinkName& name) {
    if (has_full_name(link, name)) return;
    nl::Message message(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
    message.header(header_for(link)).nest(IFLA_PROP_LIST, [&](nl::Message& list) {
        list.text(IFLA_ALT_IFNAME, name.full);
    });
    socket.request(message, "give link " + name.name + " the further name " + name.full);
}

nl::Message address_message(int type, int flags, const AddressState& address) {
    nl::Message message(type, flags);
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = static_cast<unsigned char>(address.prefix);
    header.ifa_index = static_cast<unsigned>(address.link);
    message.header(header).ipv4(IFA_LOCAL, address.local).ipv4(IFA_ADDRESS, address.remote);
    return message;
}

bool is_wanted(const AddressState& address, Ipv4 wanted, unsigned prefix) {
    return address.local == wanted && address.prefix == prefix && address.remote == wanted;
}

/// No address where `wanted` is zero. True when an address was removed: routes may have gone with
/// it.
bool correct_addresses(nl::Socket& socket, const EndState& state, const std::string& name,
                       Ipv4 wanted, unsigned prefix) {
    const std::string step = " address of link " + name;
    bool removed = false;
    bool found = false;
    for (const AddressState& address : state.addresses) {
        if (is_wanted(address, wanted, prefix)) {
            found = true;
            continue;
        }
        nl::Message message = address_message(RTM_DELADDR, 0, address);
        socket.request(message, "remove wrong" + step);
        removed = true;
    }
    // Removing a primary address may take secondary ones along, so ours is put again after that.
    if (wanted == Ipv4{} || (found && !removed)) return removed;
    const AddressState address{state.link.index, wanted, wanted, prefix};
    nl::Message message = address_message(RTM_NEWADDR, put_flags, address);
    socket.request(message, "set" + step);
    return removed;
}

void correct_neighbour(nl::Socket& socket, const EndState& state, const WantedEnd& wanted) {
    if (wanted.peer_address == Ipv4{} || has_neighbour(state, wanted.peer_address, wanted.peer_mac))
        return;
    put_neighbour(socket, state.link.index, wanted.name.name, wanted.peer_address, wanted.peer_mac);
}

void correct_route(nl::Socket& socket, const EndState& state, const WantedEnd& wanted) {
    if (!wanted.default_route || has_default_route(state, wanted.peer_address)) return;
    nl::Message message = default_route(AF_INET, state.link.index);
    message.ipv4(RTA_GATEWAY, wanted.peer_address);
    socket.request(message, "set default route through link " + wanted.name.name);
}

}  // namespace

WantedEnd host_end_of(const Link& link, int master) {
    const bool port = !link.bridge.empty();
    return {.name = link.host_end,
            .mtu = link.mtu,
            .group = names::link_group,
            .mac = link.host_mac,
            .master = master,
            .address = port ? Ipv4{} : link.host_address,
            .prefix = link.prefix,
            .peer_address = port ? Ipv4{} : link.site_address,
            .peer_mac = link.site_mac,
            .default_route = false,
            .six = port ? WantedSix{}
                        : WantedSix{link.prefix6, link.host_address6, link.site_address6,
                                    link.site_mac, false},
            .rate = link.down};
}

WantedEnd site_end_of(const Link& link) {
    return {.name = link.site_end,
            .mtu = link.mtu,
            .group = 0,
            .mac = link.site_mac,
            .address = link.site_address,
            .prefix = link.prefix,
            .peer_address = link.host_address,
            .peer_mac = link.bridge.empty() ? link.host_mac : names::bridge_mac(),
            .default_route = true,
            .six = {link.prefix6, link.site_address6, link.host_address6,
                    link.bridge.empty() ? link.host_mac : names::bridge_mac(), true},
            .rate = link.up};
}

QueueState queue_on(const std::map<int, QueueState>& queues, int link) {
    const auto found = queues.find(link);
    return found == queues.end() ? QueueState{} : found->second;
}

EndState read_end(nl::Socket& socket, const LinkState& link) {
    EndState state{link, read_addresses(socket, link.index), read_neighbours(socket, link.index),
                   read_routes(socket, link.index)};
    state.queue = queue_on(read_queues(socket), link.index);
    if (link.ipv6) state.six = read_six(socket)[link.index];
    return state;
}

bool has_full_name(const LinkState& link, const names::LinkName& name) {
    return name.full == name.name ||
           std::ranges::find(link.altnames, name.full) != link.altnames.end();
}

bool has_neighbour(const EndState& state, Ipv4 address, const Mac& mac) {
    return std::ranges::any_of(state.neighbours, [&](const NeighbourState& entry) {
        return entry.link == state.link.index && entry.address == address && entry.mac == mac;
    });
}

bool has_default_route(const EndState& state, Ipv4 gateway) {
    return std::ranges::any_of(state.routes, [&](const RouteState& route) {
        return route.destination.prefix() == 0 && route.table == RT_TABLE_MAIN &&
               route.type == RTN_UNICAST && route.priority == 0 && route.gateway == gateway &&
               route.link == state.link.index;
    });
}

std::optional<AddressState> only_address(const EndState& state) {
    if (state.addresses.size() != 1) return std::nullopt;
    const AddressState& address = state.addresses.front();
    return address.remote == address.local ? std::optional(address) : std::nullopt;
}

bool has_wanted_ipv6(const EndState& state, const WantedEnd& wanted) {
    if (wanted.six.prefix == 0) return !state.link.ipv6;
    return state.link.ipv6 && is_as_wanted(state.six, wanted.six);
}

void correct_addresses_of(nl::Socket& socket, const EndState& state, const std::string& name,
                          Ipv4 address, unsigned prefix) {
    (void)correct_addresses(socket, state, name, address, prefix);
}

void put_neighbour(nl::Socket& socket, int link, const std::string& name, Ipv4 address,
                   const Mac& mac) {
    nl::Message message = permanent_neighbour(AF_INET, link);
    message.ipv4(NDA_DST, address).mac(NDA_LLADDR, mac);
    socket.request(message, "set neighbour of link " + name);
}

void correct_end(nl::Socket& socket, EndState state, const WantedEnd& wanted,
                 const std::function<void(const std::string&, bool)>& switch_ipv6) {
    const bool six = wanted.six.prefix != 0;
    // Before "up", so that the link never gets a link-local address. IPv6 that is on may be on as
    // the host has it by default.
    if (state.link.ipv6 || six) switch_ipv6(wanted.name.name, six);
    correct_full_name(socket, state.link, wanted.name);
    correct_link(socket, state.link, wanted);
    correct_isolation(socket, state.link, wanted);
    // A new MAC flushes the link's neighbours, permanent ones too.
    if (state.link.mac != wanted.mac) {
        state.neighbours.clear();
        state.six.neighbours.clear();
    }
    if (correct_addresses(socket, state, wanted.name.name, wanted.address, wanted.prefix))
        state.routes.clear();
    correct_neighbour(socket, state, wanted);
    correct_route(socket, state, wanted);
    if (six) correct_six(socket, state.link.index, wanted.name.name, state.six, wanted.six);
    correct_rate(socket, state.link.index, state.queue, wanted.rate);
}

}  // namespace wpns::host::linux_os
