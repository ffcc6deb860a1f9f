#include "host/linux/network_gather.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <map>
#include <vector>

#include "host/linux/network_state.hpp"
#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

using LinksByIndex = std::map<int, LinkState>;

const Cidr loopback = Cidr::of(Ipv4{0x7f000000}, 8);
const Cidr multicast = Cidr::of(Ipv4{0xe0000000}, 4);

bool is_ours(const LinksByIndex& links, int index) {
    const auto found = links.find(index);
    return found != links.end() && found->second.group == names::link_group;
}

std::string name_of(const LinksByIndex& links, int index) {
    const auto found = links.find(index);
    return found == links.end() ? "link " + std::to_string(index) : found->second.name;
}

void put(HostFacts& facts, const Cidr& range, std::string by) {
    if (loopback.contains(range) || multicast.contains(range)) return;
    UsedRange used{range, std::move(by)};
    if (std::ranges::find(facts.used, used) == facts.used.end())
        facts.used.push_back(std::move(used));
}

void put_address(HostFacts& facts, const LinksByIndex& links, const AddressState& address) {
    const std::string by = "address " + address.local.str() + "/" + std::to_string(address.prefix) +
                           " of " + name_of(links, address.link);
    put(facts, Cidr::of(address.remote, address.prefix), by);
    if (address.local != address.remote) put(facts, Cidr::of(address.local, 32), by);
}

/// A blackhole and its like count: whoever set it has plans for the range.
void put_route(HostFacts& facts, const LinksByIndex& links, const RouteState& route) {
    if (route.destination.prefix() == 0 || route.type == RTN_MULTICAST) return;
    put(facts, route.destination,
        route.link == 0 ? "route without a device" : "route via " + name_of(links, route.link));
}

void put_uplink(HostFacts& facts, const LinksByIndex& links,
                const std::vector<RouteState>& routes) {
    const RouteState* best = nullptr;
    for (const RouteState& route : routes) {
        const bool is_default = route.destination.prefix() == 0 && route.type == RTN_UNICAST &&
                                route.table == RT_TABLE_MAIN && links.contains(route.link);
        if (!is_default || is_ours(links, route.link)) continue;
        if (best == nullptr || route.priority < best->priority) best = &route;
    }
    facts.uplink.clear();
    if (best == nullptr) return;
    facts.uplink = links.at(best->link).name;
    facts.uplink_mtu = links.at(best->link).mtu;
}

}  // namespace

void gather_network(nl::Socket& host, HostFacts& facts) {
    LinksByIndex links;
    for (LinkState& link : read_links(host)) links.emplace(link.index, std::move(link));
    facts.used.clear();
    facts.addresses.clear();
    facts.bridges.clear();
    for (const AddressState& address : read_addresses(host)) {
        if (is_ours(links, address.link)) {
            const LinkState& link = links.at(address.link);
            if (link.kind == "bridge")
                facts.bridges.emplace(link.name, Cidr::of(address.local, address.prefix));
            continue;
        }
        put_address(facts, links, address);
        if (!loopback.contains(address.local)) facts.addresses.push_back(address.local);
    }
    const std::vector<RouteState> routes = read_routes(host);
    for (const RouteState& route : routes)
        if (!is_ours(links, route.link)) put_route(facts, links, route);
    put_uplink(facts, links, routes);
}

}  // namespace wpns::host::linux_os
