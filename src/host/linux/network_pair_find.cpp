#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_end.hpp"
#include "host/linux/network_pair.hpp"

namespace wpns::host::linux_os {
namespace {

/// One listing of the host, by link.
class HostView {
  public:
    HostView(nl::Socket& socket, bool with_ipv6) {
        for (LinkState& link : read_links(socket)) {
            names_[link.name] = link.index;
            ends_[link.index].link = std::move(link);
        }
        for (const AddressState& address : read_addresses(socket))
            ends_[address.link].addresses.push_back(address);
        for (const NeighbourState& entry : read_neighbours(socket))
            ends_[entry.link].neighbours.push_back(entry);
        for (const auto& [link, queue] : read_queues(socket)) ends_[link].queue = queue;
        if (!with_ipv6) return;
        for (auto& [link, six] : read_six(socket)) ends_[link].six = std::move(six);
    }
    /// The bridge of a link, where the link is a port of it.
    [[nodiscard]] const EndState* bridge_of(const Link& wanted, const EndState& end) const {
        const EndState* bridge = wanted.bridge.empty() ? nullptr : find(wanted.bridge);
        const bool port = bridge != nullptr && bridge->link.index == end.link.master;
        return port && !end.link.isolated ? bridge : nullptr;
    }
    [[nodiscard]] const EndState* find(const std::string& name) const {
        const auto found = names_.find(name);
        return found == names_.end() ? nullptr : &ends_.at(found->second);
    }

  private:
    std::unordered_map<std::string, int> names_;
    std::unordered_map<int, EndState> ends_;
};

/// The end inside, where it is the other end of `host`.
std::optional<EndState> look_inside(const Link& wanted, const LinkState& host) {
    UniqueFd space;
    try {
        space = open_namespace(wanted.netns);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::missing) return std::nullopt;
        throw;
    }
    enter_namespace(space.get());
    nl::Socket inside;
    const auto link = read_link(inside, wanted.site_end.name);
    if (!link || link->name != wanted.site_end.name) return std::nullopt;
    if (link->index != host.peer_index || link->peer_index != host.index) return std::nullopt;
    return read_end(inside, *link);
}

/// The gateway of a port is its bridge's affair.
void put_gateway(Link& found, const EndState& host, const EndState* bridge, const Link& wanted) {
    if (bridge != nullptr && host.addresses.empty()) {
        found.host_address = wanted.host_address;
        found.prefix = wanted.prefix;
    } else if (const auto address = only_address(host)) {
        found.host_address = address->local;
        found.prefix = address->prefix;
    }
}

void put_host_end(Link& found, const EndState& host, const EndState* bridge, const Link& wanted) {
    found.host_end.name = host.link.name;
    if (has_full_name(host.link, wanted.host_end)) found.host_end.full = wanted.host_end.full;
    if (bridge != nullptr)
        found.bridge = wanted.bridge;
    else if (host.link.master != 0)
        found.bridge = "another one";
    put_gateway(found, host, bridge, wanted);
    if (host.link.group == names::link_group) found.host_mac = host.link.mac;
    const bool six = has_wanted_ipv6(host, host_end_of(wanted));
    if (host.link.up && (six || wanted.prefix6 != 0)) found.mtu = host.link.mtu;
    const bool known = bridge == nullptr || wanted.prefix6 == 0 ||
                       knows(bridge->six, wanted.site_address6, wanted.site_mac);
    if (six && known) found.host_address6 = wanted.host_address6;
    found.down = rate_of(host.queue);
}

/// `next` is what the site's packets come to: its bridge, or the host end.
void put_site_end(Link& found, const EndState& site, const EndState& next, const Link& wanted) {
    found.netns = wanted.netns;
    found.site_end.name = site.link.name;
    if (has_full_name(site.link, wanted.site_end)) found.site_end.full = wanted.site_end.full;
    found.up = rate_of(site.queue);
    const auto address = only_address(site);
    if (address) found.site_address = address->local;
    if (!address || address->prefix != found.prefix) found.prefix = 0;
    if (!has_default_route(site, found.host_address)) found.host_address = Ipv4{};
    if (!has_neighbour(site, wanted.host_address, next.link.mac)) found.host_mac = Mac{};
    if (has_neighbour(next, wanted.site_address, site.link.mac)) found.site_mac = site.link.mac;
    const bool six = has_wanted_ipv6(site, site_end_of(wanted));
    if (six) found.site_address6 = wanted.site_address6;
    if (six && found.host_address6 == wanted.host_address6) found.prefix6 = wanted.prefix6;
    if (!site.link.up || (!six && wanted.prefix6 == 0))
        found.mtu = 0;
    else if (found.mtu == wanted.mtu)
        found.mtu = site.link.mtu;
}

Link compose(const Link& wanted, const EndState& host, const EndState* bridge) {
    Link found;
    found.prefix = 0;
    found.mtu = 0;
    put_host_end(found, host, bridge, wanted);
    const auto site = look_inside(wanted, host.link);
    if (site)
        put_site_end(found, *site, bridge != nullptr ? *bridge : host, wanted);
    else
        found.host_address = Ipv4{};
    return found;
}

/// The links from `next` on, until none is left; for a thread of its own, which ends in whatever
/// namespace it was in last.
void look_at_pairs(const HostView& view, std::span<const Link> wanted,
                   std::vector<std::optional<Link>>& found, std::atomic<std::size_t>& next) {
    for (std::size_t i = next++; i < wanted.size(); i = next++)
        if (const EndState* end = view.find(wanted[i].host_end.name))
            found[i] = compose(wanted[i], *end, view.bridge_of(wanted[i], *end));
}

}  // namespace

std::map<std::string, Link> find_pairs(nl::Socket& host, std::span<const Link> wanted) {
    std::map<std::string, Link> result;
    if (wanted.empty()) return result;
    const bool with_ipv6 = std::ranges::any_of(wanted, &Link::prefix6);
    const HostView view(host, with_ipv6);
    std::vector<std::optional<Link>> found(wanted.size());
    std::atomic<std::size_t> next = 0;
    // A few are not worth a second thread; the kernel keeps many from each other's way.
    constexpr std::size_t share = 16;
    const std::size_t processors = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    run_on_own_threads(std::min(processors, wanted.size() / share + 1),
                       [&] { look_at_pairs(view, wanted, found, next); });
    for (auto& link : found)
        if (link) result.emplace(link->host_end.name, std::move(*link));
    return result;
}

}  // namespace wpns::host::linux_os
