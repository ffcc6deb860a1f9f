#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/failpoint.hpp"
#include "host/linux/network_pair.hpp"
#include "host/linux/network_wait.hpp"
#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

using Refusals = std::map<std::string, Error>;

/// The host ends of these names that are there; what is no veth is refused.
std::vector<LinkState> find_ends(nl::Socket& host, std::span<const std::string> names,
                                 Refusals& refusals) {
    const std::set<std::string> wanted(names.begin(), names.end());
    std::vector<LinkState> found;
    for (LinkState& link : read_links(host)) {
        if (!wanted.contains(link.name)) continue;
        try {
            require_veth(link);
            found.push_back(std::move(link));
        } catch (const Error& error) {
            refusals.emplace(link.name, error);
        }
    }
    return found;
}

nl::Answer set_leaving(nl::Socket& host, const LinkState& link) {
    ifinfomsg header{};
    header.ifi_index = link.index;
    nl::Message message(RTM_SETLINK, 0);
    return host.exchange(message.header(header).u32(IFLA_GROUP, names::leaving_group));
}

/// Deletes all links of the group of those that leave. A group without links is ENODEV.
void delete_group(nl::Socket& host) {
    nl::Message message(RTM_DELLINK, 0);
    message.header(ifinfomsg{}).u32(IFLA_GROUP, names::leaving_group);
    const nl::Answer answer = host.exchange(message);
    if (answer.error != 0 && answer.error != ENODEV)
        nl::throw_answer("remove links of group " + std::to_string(names::leaving_group), answer);
}

/// True when a link that is not to go is in the group: a number may be anybody's.
bool others_leave(nl::Socket& host, const std::vector<LinkState>& links) {
    return std::ranges::any_of(read_links(host), [&](const LinkState& link) {
        return link.group == names::leaving_group &&
               std::ranges::find(links, link.index, &LinkState::index) == links.end();
    });
}

/// One wait of the kernel for all of them. What does not go that way is left for delete_link.
void delete_at_once(nl::Socket& host, const std::vector<LinkState>& links) {
    if (others_leave(host, links)) return;
    for (const LinkState& link : links) (void)set_leaving(host, link);
    failpoint(Failpoint::links_leaving);
    delete_group(host);
}

}  // namespace

void require_veth(const LinkState& link) {
    if (link.kind == "veth") return;
    throw Error(ErrorKind::conflict, "link " + link.name + " is a " +
                                         (link.kind.empty() ? "device" : link.kind) +
                                         ", not one of ours");
}

void delete_link(nl::Socket& socket, const LinkState& link) {
    ifinfomsg header{};
    header.ifi_index = link.index;
    nl::Message message(RTM_DELLINK, 0);
    const nl::Answer answer = socket.exchange(message.header(header));
    // The kernel may just be removing it itself, because the namespace of its peer is gone.
    if (answer.error != 0 && answer.error != ENODEV)
        nl::throw_answer("remove link " + link.name, answer);
    const bool gone = wait_until([&] {
        const auto left = read_link(socket, link.name);
        return !left || left->index != link.index;
    });
    if (!gone) throw Error(ErrorKind::timeout, "link " + link.name + " is still there after 10 s");
}

Refusals remove_pairs(nl::Socket& host, std::span<const std::string> host_ends) {
    Refusals refusals;
    auto links = find_ends(host, host_ends, refusals);
    if (links.size() > 1) {
        delete_at_once(host, links);
        Refusals again;
        links = find_ends(host, host_ends, again);
    }
    for (const LinkState& link : links) {
        try {
            delete_link(host, link);
        } catch (const Error& error) {
            refusals.emplace(link.name, error);
        }
    }
    return refusals;
}

}  // namespace wpns::host::linux_os
