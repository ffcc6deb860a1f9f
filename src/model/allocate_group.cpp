#include <algorithm>
#include <set>
#include <utility>

#include "model/allocate.hpp"
#include "model/names.hpp"

namespace wpns {
namespace {

/// Addresses of a block that are no site's: its own, the gateway's and the broadcast address.
constexpr std::uint64_t not_for_sites = 3;

/// Where the firewall of another site than `site` still knows an address: it is taken as long as
/// anything of its last owner is left.
std::set<Ipv4> held_by_others(const Registry& registry, const SiteName& site) {
    std::set<Ipv4> held;
    for (const auto& [name, record] : registry.sites) {
        if (name == site) continue;
        if (!record.allocation.group.empty()) held.insert(record.allocation.address);
        for (const auto& [key, digest] : record.resources) {
            if (key.kind != Kind::firewall) continue;
            if (const auto address = Ipv4::parse(key.id)) held.insert(*address);
        }
    }
    return held;
}

/// What stands in the way of a new block; empty when nothing does.
std::string obstacle(const Registry& registry, const HostFacts& facts, const std::set<Ipv4>& held,
                     const SiteName& site, const Cidr& block) {
    for (const auto& [name, record] : registry.sites)
        if (name != site && record.allocation.subnet.overlaps(block))
            return record.allocation.subnet.str() + ", site " + name.str();
    for (const auto& used : facts.used)
        if (used.range.prefix() != 0 && used.range.overlaps(block))
            return used.range.str() + ", " + used.by;
    for (const auto& [name, range] : facts.bridges)
        if (range.overlaps(block)) return range.str() + ", bridge " + name;
    const auto first = held.lower_bound(block.network());
    if (first != held.end() && block.contains(*first)) return first->str() + ", which a site had";
    return {};
}

std::expected<Cidr, std::string> new_block(const HostConfig& config, const Registry& registry,
                                           const HostFacts& facts, const std::set<Ipv4>& held,
                                           const SiteName& site, const std::string& group) {
    const Cidr& range = config.reserved;
    const unsigned prefix = config.group_prefix;
    const std::string wanted = "/" + std::to_string(prefix) + " for group " + group;
    if (range.prefix() > prefix)
        return std::unexpected("the reserved range " + range.str() + " has no room for a " +
                               wanted + " (network.reserved and network.group_prefix)");
    const std::uint64_t size = Cidr::of(range.network(), prefix).size();
    std::string first;
    for (std::uint64_t offset = 0; offset < range.size(); offset += size) {
        const Cidr block = Cidr::of(range.at(static_cast<std::uint32_t>(offset)), prefix);
        auto reason = obstacle(registry, facts, held, site, block);
        if (reason.empty()) return block;
        if (first.empty()) first = block.str() + " overlaps " + reason;
    }
    return std::unexpected("the reserved range " + range.str() + " has no free " + wanted + ": " +
                           first + (range.size() > size ? ", and so on" : "") +
                           " (a larger network.reserved gives room)");
}

/// The block that another site of the group has.
std::optional<Cidr> block_of(const Registry& registry, const SiteName& site,
                             const std::string& group) {
    for (const auto& [name, record] : registry.sites)
        if (name != site && record.allocation.group == group) return record.allocation.subnet;
    return std::nullopt;
}

std::expected<Ipv4, std::string> first_free(const Cidr& block, const std::set<Ipv4>& held,
                                            const std::string& group) {
    const std::uint64_t room = block.size() < not_for_sites ? 0 : block.size() - not_for_sites;
    const std::uint64_t most = std::min<std::uint64_t>(room, bridge_ports);
    for (std::uint32_t i = 0; i < room; ++i)
        if (!held.contains(block.at(i + 2))) return block.at(i + 2);
    return std::unexpected("group " + group + " is full: its block " + block.str() + " has " +
                           std::to_string(most) +
                           " addresses for sites, all of them in use (a block stays as it is; "
                           "network.group_prefix is for new groups)");
}

std::size_t sites_in(const Registry& registry, const SiteName& site, const std::string& group) {
    return static_cast<std::size_t>(std::ranges::count_if(registry.sites, [&](const auto& entry) {
        return entry.first != site && entry.second.allocation.group == group;
    }));
}

}  // namespace

std::expected<Place, std::string> allocate_place(const HostConfig& config, const Registry& registry,
                                                 const HostFacts& facts, const SiteName& site,
                                                 const std::string& group) {
    const auto own = registry.sites.find(site);
    if (own != registry.sites.end() && own->second.allocation.group == group)
        return Place{own->second.allocation.subnet, own->second.allocation.address};
    if (sites_in(registry, site, group) >= bridge_ports)
        return std::unexpected("group " + group + " has " + std::to_string(bridge_ports) +
                               " sites, and a Linux bridge has no more ports than that");
    const auto held = held_by_others(registry, site);
    std::expected<Cidr, std::string> block =
        block_of(registry, site, group).value_or(Cidr::of(Ipv4{}, 0));
    if (block->prefix() == 0) block = new_block(config, registry, facts, held, site, group);
    if (!block) return std::unexpected(std::move(block.error()));
    const auto address = first_free(*block, held, group);
    if (!address) return std::unexpected(address.error());
    return Place{*block, *address};
}

}  // namespace wpns
