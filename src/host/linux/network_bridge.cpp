#include "host/linux/network_bridge.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_end.hpp"
#include "host/linux/network_wait.hpp"

namespace wpns::host::linux_os {
namespace {

bool is_ours(const LinkState& link) {
    return link.kind == "bridge" &&
           (link.group == names::link_group || link.mac == names::bridge_mac());
}

void require_ours(const LinkState& link, const std::string& name) {
    if (link.name == name && is_ours(link)) return;
    throw Error(ErrorKind::conflict,
                link.name != name ? "link " + link.name + " already bears the name " + name
                : link.kind == "bridge"
                    ? "bridge " + name + " exists and is not ours"
                    : "link " + name + " is a " + (link.kind.empty() ? "device" : link.kind) +
                          ", not a bridge of ours",
                "remove or rename it: ip link del " + link.name);
}

/// Nothing is learned from frames that pass by the filters: see learns_from_control.
void put_options(nl::Message& message) {
    constexpr std::uint32_t bit = 1U << BR_BOOLOPT_NO_LL_LEARN;
    message.nest(IFLA_LINKINFO, [](nl::Message& info) {
        info.text(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](nl::Message& data) {
            data.fixed(IFLA_BR_MULTI_BOOLOPT, br_boolopt_multi{bit, bit});
        });
    });
}

/// With its MAC from the start: else the kernel takes that of its lowest port, and udev may set
/// another one. Somebody else may just have made it: several sites start at once.
void create(nl::Socket& host, const Bridge& wanted) {
    nl::Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.header(ifinfomsg{})
        .text(IFLA_IFNAME, wanted.name.name)
        .u32(IFLA_GROUP, names::link_group)
        .mac(IFLA_ADDRESS, wanted.mac);
    put_options(message);
    const nl::Answer answer = host.exchange(message);
    if (answer.error != 0 && answer.error != EEXIST)
        nl::throw_answer("create bridge " + wanted.name.name, answer);
    failpoint(Failpoint::bridge_created);
}

void correct_name(nl::Socket& host, const LinkState& link, const Bridge& wanted) {
    if (has_full_name(link, wanted.name)) return;
    ifinfomsg header{};
    header.ifi_index = link.index;
    nl::Message message(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
    message.header(header).nest(
        IFLA_PROP_LIST, [&](nl::Message& list) { list.text(IFLA_ALT_IFNAME, wanted.name.full); });
    const nl::Answer answer = host.exchange(message);
    if (answer.error != 0 && answer.error != EEXIST)
        nl::throw_answer(
            "give bridge " + wanted.name.name + " the further name " + wanted.name.full, answer);
}

void correct_device(nl::Socket& host, const LinkState& link, const Bridge& wanted) {
    // Before "up", so that it never gets a link-local address.
    if (wanted.prefix6 != 0)
        enable_ipv6(wanted.name.name);
    else if (link.ipv6)
        disable_ipv6(wanted.name.name);
    correct_name(host, link, wanted);
    if (link.mac == wanted.mac && link.group == names::link_group && link.up &&
        !link.learns_from_control)
        return;
    ifinfomsg header{};
    header.ifi_index = link.index;
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    nl::Message message(RTM_NEWLINK, 0);
    message.header(header).u32(IFLA_GROUP, names::link_group).mac(IFLA_ADDRESS, wanted.mac);
    put_options(message);
    host.request(message, "set up bridge " + wanted.name.name);
}

EndState state_of(nl::Socket& host, const LinkState& link) {
    return {link, read_addresses(host, link.index), {}, {}, {}, {}};
}

WantedSix six_of(const Bridge& bridge) {
    return {bridge.prefix6, bridge.address6, {}, {}, false};
}

/// Off where it is to be off.
bool has_wanted_ipv6(nl::Socket& host, const LinkState& link, const Bridge& wanted) {
    if (wanted.prefix6 == 0) return !link.ipv6;
    return link.ipv6 && is_as_wanted(read_six(host)[link.index], six_of(wanted));
}

Bridge compose(nl::Socket& host, const LinkState& link, const Bridge& wanted) {
    Bridge found;
    found.name.name = link.name;
    if (!is_ours(link)) return found;
    if (has_full_name(link, wanted.name)) found.name.full = wanted.name.full;
    if (link.group == names::link_group && !link.learns_from_control) found.mac = link.mac;
    const auto address = only_address(state_of(host, link));
    if (!address) return found;
    found.address = address->local;
    const bool six = has_wanted_ipv6(host, link, wanted);
    if (six) found.address6 = wanted.address6;
    if (six) found.prefix6 = wanted.prefix6;
    if (link.up && (six || wanted.prefix6 != 0)) found.prefix = address->prefix;
    return found;
}

}  // namespace

std::map<std::string, Bridge> find_bridges(nl::Socket& host, std::span<const Bridge> wanted) {
    std::map<std::string, Bridge> found;
    for (const Bridge& bridge : wanted)
        if (const auto link = read_link(host, bridge.name.name))
            found.emplace(bridge.name.name, compose(host, *link, bridge));
    return found;
}

void ensure_bridge(nl::Socket& host, const Bridge& wanted) {
    auto link = read_link(host, wanted.name.name);
    if (!link) {
        create(host, wanted);
        link = read_link(host, wanted.name.name);
    }
    if (!link) throw Error(ErrorKind::failed, "bridge " + wanted.name.name + " vanished");
    require_ours(*link, wanted.name.name);
    correct_device(host, *link, wanted);
    correct_addresses_of(host, state_of(host, *link), wanted.name.name, wanted.address,
                         wanted.prefix);
    if (wanted.prefix6 != 0)
        correct_six(host, link->index, wanted.name.name, read_six(host)[link->index],
                    six_of(wanted));
}

void remove_bridge(nl::Socket& host, const std::string& name) {
    const auto link = read_link(host, name);
    if (!link) return;
    require_ours(*link, name);
    ifinfomsg header{};
    header.ifi_index = link->index;
    nl::Message message(RTM_DELLINK, 0);
    const nl::Answer answer = host.exchange(message.header(header));
    if (answer.error != 0 && answer.error != ENODEV)
        nl::throw_answer("remove bridge " + name, answer);
    if (!wait_until([&] { return !read_link(host, name); }))
        throw Error(ErrorKind::timeout, "bridge " + name + " is still there after 10 s");
}

int bridge_index(nl::Socket& host, const std::string& name) {
    const auto link = read_link(host, name);
    if (!link) throw Error(ErrorKind::missing, "there is no bridge " + name);
    require_ours(*link, name);
    return link->index;
}

void ensure_mate(nl::Socket& host, int bridge, const Link& wanted) {
    const auto known = read_neighbours(host, bridge);
    const bool there = std::ranges::any_of(known, [&](const NeighbourState& entry) {
        return entry.link == bridge && entry.address == wanted.site_address &&
               entry.mac == wanted.site_mac;
    });
    if (!there) put_neighbour(host, bridge, wanted.bridge, wanted.site_address, wanted.site_mac);
    if (wanted.prefix6 != 0)
        put_neighbour6(host, bridge, wanted.bridge, wanted.site_address6, wanted.site_mac);
}

void forget_mate(nl::Socket& host, const FirewallSite& site) {
    const auto link = read_link(host, site.port.bridge);
    if (!link || !is_ours(*link)) return;
    const auto forget = [&](int family, const std::string& address, const auto& put) {
        ndmsg header{};
        header.ndm_family = static_cast<unsigned char>(family);
        header.ndm_ifindex = link->index;
        nl::Message message(RTM_DELNEIGH, 0);
        put(message.header(header));
        const nl::Answer answer = host.exchange(message);
        if (answer.error != 0 && answer.error != ENOENT && answer.error != ENODEV)
            nl::throw_answer("forget " + address + " on " + site.port.bridge, answer);
    };
    forget(AF_INET, site.address.str(),
           [&](nl::Message& message) { message.ipv4(NDA_DST, site.address); });
    if (site.address6 != Ipv6{})
        forget(AF_INET6, site.address6.str(),
               [&](nl::Message& message) { message.ipv6(NDA_DST, site.address6); });
}

}  // namespace wpns::host::linux_os
