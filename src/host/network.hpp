#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/facts.hpp"
#include "model/resource.hpp"

namespace wpns::host {

/// Named network namespaces and the veth pairs between them and the host.
class Network {
  public:
    virtual ~Network() = default;
    /// Names under /run/netns that are namespaces; a stale plain file is not in it.
    [[nodiscard]] virtual std::vector<std::string> namespaces() const = 0;
    /// Names under /run/netns that are ours to remove and no namespaces: links that lead nowhere,
    /// stale plain files.
    [[nodiscard]] virtual std::vector<std::string> stale_names() const = 0;
    /// Makes /run/netns/NAME, for `ip netns` to use, lo up, IPv6 off. A stale file of that name is
    /// replaced. Needs the unit names::netns_holder.
    virtual void create_namespace(const std::string& name) = 0;
    virtual void remove_namespace(const std::string& name) = 0;  ///< absent is fine
    /// The observed layer 3 set-up of these wanted links, by name of the host end: one dump of the
    /// host's links, one look into each namespace. Whatever is missing shows as a zero field; a
    /// missing host end is not in the map.
    [[nodiscard]] virtual std::map<std::string, Link> find_links(
        std::span<const Link> wanted) const = 0;
    /// The observed bridges of these wanted ones, by name; whatever is not as we make it shows as a
    /// zero field, and what has such a name and is no bridge of ours as one without any field.
    [[nodiscard]] virtual std::map<std::string, Bridge> find_bridges(
        std::span<const Bridge> wanted) const = 0;
    /// Makes it, or corrects what differs: IPv6 off, nothing learned from frames that no filter
    /// sees, exactly that address.
    virtual void ensure_bridge(const Bridge& bridge) = 0;
    /// Removes it and waits until it is gone; absent is fine. Its ports are links of their own.
    virtual void remove_bridge(const std::string& name) = 0;
    /// Forgets where a site that leaves a group was on its bridge; absent is fine.
    virtual void forget_mate(const FirewallSite& site) = 0;
    /// Both ends created in their places in one message, then addresses, neighbours, up, default
    /// route inside. Corrects what differs where the link exists already. The bridge is there.
    virtual void ensure_link(const Link& link) = 0;
    /// Removes the links of these host ends, and waits until they are gone; absent is fine. Many go
    /// at once: the kernel waits for all processors once a removal (24 ms), not once a link. What
    /// could not be removed is in the result, by name; it keeps no other link.
    [[nodiscard]] virtual std::map<std::string, Error> remove_links(
        std::span<const std::string> host_ends) = 0;
    /// Routes and addresses of the host without those on links of our group; uplink and its MTU.
    virtual void gather(HostFacts& facts) const = 0;
};

}  // namespace wpns::host
