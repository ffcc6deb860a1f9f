#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include <cerrno>
#include <optional>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_bridge.hpp"
#include "host/linux/network_end.hpp"
#include "host/linux/network_pair.hpp"
#include "host/linux/network_wait.hpp"

namespace wpns::host::linux_os {
namespace {

/// The link whose own name that is; Error{conflict} where it is only another link's altname.
std::optional<LinkState> read_own(nl::Socket& socket, const std::string& name) {
    auto link = read_link(socket, name);
    if (link && link->name != name)
        throw Error(ErrorKind::conflict, "link " + link->name + " already bears the name " + name);
    return link;
}

/// Both ends, in their places, each the other's peer.
struct Pair {
    LinkState host;
    LinkState site;
};

std::optional<Pair> read_pair(nl::Socket& host, nl::Socket& inside, const Link& wanted) {
    const auto outer = read_own(host, wanted.host_end.name);
    const auto inner = read_own(inside, wanted.site_end.name);
    if (!outer || !inner) return std::nullopt;
    if (outer->peer_index != inner->index || inner->peer_index != outer->index) return std::nullopt;
    return Pair{*outer, *inner};
}

/// A veth of our name that is neither in our group nor bears our MAC was made by somebody else.
void require_ours(const LinkState& link, const Link& wanted) {
    require_veth(link);
    if (link.group == names::link_group || link.mac == wanted.host_mac) return;
    throw Error(ErrorKind::conflict, "link " + link.name + " exists and is not ours",
                "remove or rename it: ip link del " + link.name);
}

/// Ends that are not a pair: the rest of an earlier namespace of that name, or of a crash.
void clear_away(nl::Socket& host, nl::Socket& inside, const Link& wanted) {
    if (const auto outer = read_own(host, wanted.host_end.name)) {
        require_ours(*outer, wanted);
        delete_link(host, *outer);
    }
    if (const auto inner = read_own(inside, wanted.site_end.name)) {
        require_veth(*inner);
        delete_link(inside, *inner);
    }
}

/// One message makes both ends in their places. Making the pair here and moving one end costs
/// 40 times as much, and MACs that are set later are set again by udev.
nl::Message creation_of(const Link& wanted, int space) {
    nl::Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.header(ifinfomsg{})
        .text(IFLA_IFNAME, wanted.host_end.name)
        .u32(IFLA_MTU, wanted.mtu)
        .u32(IFLA_GROUP, names::link_group)
        .mac(IFLA_ADDRESS, wanted.host_mac);
    const auto peer = [&](nl::Message& nested) {
        nested.header(ifinfomsg{})
            .text(IFLA_IFNAME, wanted.site_end.name)
            .u32(IFLA_MTU, wanted.mtu)
            .mac(IFLA_ADDRESS, wanted.site_mac)
            .u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(space));
    };
    message.nest(IFLA_LINKINFO, [&](nl::Message& info) {
        info.text(IFLA_INFO_KIND, "veth").nest(IFLA_INFO_DATA, [&](nl::Message& data) {
            data.nest(VETH_INFO_PEER, peer);
        });
    });
    return message;
}

/// EEXIST means that one of our names is held by a link which the kernel is still removing: it
/// destroys a namespace some time after its last user is gone.
void create(nl::Socket& host, nl::Socket& inside, const Link& wanted, int space) {
    const std::string step = "create link " + wanted.host_end.name + " with " +
                             wanted.site_end.name + " in namespace " + wanted.netns;
    nl::Message message = creation_of(wanted, space);
    nl::Answer answer;
    const bool made = wait_until([&] {
        clear_away(host, inside, wanted);
        answer = host.exchange(message);
        return answer.error != EEXIST;
    });
    if (!made) throw Error(ErrorKind::timeout, step + ": the name was not free within 10 s");
    if (answer.error != 0) nl::throw_answer(step, answer);
}

/// Setting a link up returns before the kernel has noticed its carrier; packets sent until then are
/// dropped, and a lost SYN costs a second.
void wait_for_carrier(nl::Socket& host, nl::Socket& inside, const Pair& before,
                      const Link& wanted) {
    if (before.host.running && before.site.running) return;
    const bool running = wait_until([&] {
        const auto pair = read_pair(host, inside, wanted);
        if (!pair || !pair->host.running || !pair->site.running) return false;
        const auto bridge = wanted.bridge.empty() ? std::nullopt : read_link(host, wanted.bridge);
        return wanted.bridge.empty() || (bridge && bridge->running);
    });
    if (running) return;
    throw Error(ErrorKind::timeout, "link " + wanted.host_end.name + " has no carrier after 10 s");
}

/// A pair that was there already is read in full; a new one has nothing yet.
EndState state_of(nl::Socket& socket, const LinkState& link, bool fresh) {
    if (fresh) return EndState{link, {}, {}, {}, {}, {}};
    return read_end(socket, link);
}

void switch_ipv6(const std::string& name, bool on) {
    if (on)
        enable_ipv6(name);
    else
        disable_ipv6(name);
}

}  // namespace

void ensure_pair(nl::Socket& host, const Link& wanted) {
    const UniqueFd space = open_namespace(wanted.netns);
    nl::Socket inside = socket_inside(space.get());
    auto pair = read_pair(host, inside, wanted);
    const bool fresh = !pair;
    if (fresh) {
        create(host, inside, wanted, space.get());
        failpoint(Failpoint::link_created);
        pair = read_pair(host, inside, wanted);
    }
    if (!pair) throw Error(ErrorKind::failed, "link " + wanted.host_end.name + " vanished");
    require_ours(pair->host, wanted);
    const int bridge = wanted.bridge.empty() ? 0 : bridge_index(host, wanted.bridge);
    correct_end(host, state_of(host, pair->host, fresh), host_end_of(wanted, bridge), switch_ipv6);
    if (bridge != 0) ensure_mate(host, bridge, wanted);
    const auto switch_inside = [&](const std::string& name, bool on) {
        run_in_namespace(space.get(), [&] {
            switch_ipv6(name, on);
            switch_ipv6("lo", on);  // what a site sends to its own address comes by lo
        });
    };
    correct_end(inside, state_of(inside, pair->site, fresh), site_end_of(wanted), switch_inside);
    wait_for_carrier(host, inside, *pair, wanted);
}

}  // namespace wpns::host::linux_os
