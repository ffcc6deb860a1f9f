#include "model/allocate.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

namespace wpns {
namespace {

constexpr unsigned block_prefix = 30;
constexpr std::uint64_t block_size = 4;

/// Addresses from `first` up to but not including `end`; 64 bits, so that the end of
/// 255.255.255.255 exists.
struct Span {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    auto operator<=>(const Span&) const = default;
};

Span span_of(const Cidr& range) {
    const std::uint64_t first = range.network().value;
    return {first, first + range.size()};
}

/// A default route claims no address.
bool claims(const UsedRange& used) {
    return used.range.prefix() != 0;
}

/// What stands in the way of a pinned block; empty when nothing does.
std::string obstacle(const HostConfig& config, const Registry& registry, const HostFacts& facts,
                     const Cidr& block) {
    const auto overlap = [&](const Cidr& range, const std::string& by) {
        return block.str() + " overlaps " + range.str() + ", " + by;
    };
    for (const auto& [name, record] : registry.sites)
        if (record.allocation.subnet.overlaps(block))
            return overlap(record.allocation.subnet, "site " + name.str());
    for (const auto& used : facts.used)
        if (claims(used) && used.range.overlaps(block)) return overlap(used.range, used.by);
    if (config.reserved.overlaps(block)) return overlap(config.reserved, "reserved for bridges");
    return {};
}

std::expected<Cidr, std::string> pinned_subnet(const HostConfig& config, const Registry& registry,
                                               const HostFacts& facts, const Cidr& block) {
    if (block.prefix() != block_prefix) return std::unexpected(block.str() + " is not a /30");
    auto reason = obstacle(config, registry, facts, block);
    if (!reason.empty()) return std::unexpected(std::move(reason));
    return block;
}

/// Everything that a new block must not touch, by address.
std::vector<Span> occupied(const HostConfig& config, const Registry& registry,
                           const HostFacts& facts) {
    std::vector<Span> spans = {span_of(config.reserved)};
    spans.reserve(1 + registry.sites.size() + facts.used.size());
    for (const auto& [name, record] : registry.sites)
        spans.push_back(span_of(record.allocation.subnet));
    for (const auto& used : facts.used)
        if (claims(used)) spans.push_back(span_of(used.range));
    std::ranges::sort(spans);
    return spans;
}

std::string exhausted(const HostConfig& config, const HostFacts& facts) {
    std::uint64_t blocks = config.pool.size() / block_size;
    if (config.pool.contains(config.reserved)) blocks -= config.reserved.size() / block_size;
    const std::string count = std::to_string(blocks);
    std::string reason =
        "the pool " + config.pool.str() + " is exhausted: " + count + " of " + count + " in use";
    for (const auto& used : facts.used)
        if (claims(used) && used.range.overlaps(config.pool))
            return reason + ", some by " + used.range.str() + ", " + used.by;
    return reason;
}

std::expected<Cidr, std::string> first_free(const HostConfig& config, const Registry& registry,
                                            const HostFacts& facts) {
    const Span pool = span_of(config.pool);
    std::uint64_t candidate = pool.first;
    for (const auto& span : occupied(config, registry, facts)) {
        if (span.first >= candidate + block_size) break;
        if (span.end > candidate) candidate = (span.end + block_size - 1) / block_size * block_size;
    }
    if (candidate + block_size > pool.end) return std::unexpected(exhausted(config, facts));
    return Cidr::of(Ipv4{static_cast<std::uint32_t>(candidate)}, block_prefix);
}

/// root, nobody, and the two numbers that mean "no change" to chown and setresuid.
bool special(std::uint64_t id) {
    return id == 0 || id == 65534 || id == 65535 || id >= std::numeric_limits<std::uint32_t>::max();
}

std::set<std::uint32_t> given_away(const Registry& registry,
                                   const std::vector<std::uint32_t>& taken) {
    std::set<std::uint32_t> ids(taken.begin(), taken.end());
    for (const auto& [name, record] : registry.sites)
        ids.insert({record.allocation.uid, record.allocation.db_uid});
    for (const auto& tombstone : registry.tombstones) ids.insert({tombstone.uid, tombstone.db_uid});
    return ids;
}

std::string no_ids_left(const HostConfig& config) {
    std::string reason = "no two account numbers are free in";
    for (const auto& range : config.id_ranges) {
        reason += &range == &config.id_ranges.front() ? " " : ", ";
        reason += std::to_string(range.first) + "-" + std::to_string(range.last);
    }
    return reason;
}

}  // namespace

std::expected<Cidr, std::string> allocate_subnet(const HostConfig& config, const Registry& registry,
                                                 const HostFacts& facts, const SiteName& site,
                                                 const std::optional<Cidr>& pinned) {
    const auto own = registry.sites.find(site);
    if (own != registry.sites.end() && own->second.allocation.group.empty() &&
        (!pinned || *pinned == own->second.allocation.subnet))
        return own->second.allocation.subnet;
    if (pinned) return pinned_subnet(config, registry, facts, *pinned);
    return first_free(config, registry, facts);
}

unsigned subnet6_prefix(const HostConfig& config) {
    if (!config.pool6) return 0;
    const unsigned needed = config.pool6->prefix() + (block_prefix - config.pool.prefix());
    for (const unsigned prefix : {64U, 112U})
        if (needed <= prefix) return prefix;
    return 0;
}

std::expected<std::optional<Cidr6>, std::string> allocate_subnet6(const HostConfig& config,
                                                                  const Registry& registry,
                                                                  const SiteName& site,
                                                                  const Cidr& subnet,
                                                                  const std::string& group) {
    const unsigned prefix = subnet6_prefix(config);
    if (prefix == 0) return std::nullopt;
    const auto fits = [&](const Allocation& held) {
        return held.group == group && held.subnet6 && held.subnet6->prefix() == prefix &&
               config.pool6->contains(*held.subnet6);
    };
    std::set<Cidr6> taken;
    for (const auto& [name, record] : registry.sites) {
        if (name == site || !record.allocation.subnet6) continue;
        if (!group.empty() && fits(record.allocation)) return record.allocation.subnet6;
        taken.insert(*record.allocation.subnet6);
    }
    const auto own = registry.sites.find(site);
    if (own != registry.sites.end() && fits(own->second.allocation) &&
        !taken.contains(*own->second.allocation.subnet6))
        return own->second.allocation.subnet6;
    const auto blocks = static_cast<std::uint32_t>(config.pool.size() / block_size);
    const auto first = (subnet.network().value - config.pool.network().value) / block_size;
    for (std::uint32_t step = 0; step < blocks; ++step) {
        const auto index = static_cast<std::uint32_t>((first + step) % blocks);
        const Cidr6 candidate = config.pool6->part(index, prefix);
        if (!taken.contains(candidate)) return candidate;
    }
    return std::unexpected("the pool " + config.pool6->str() + " is exhausted");
}

std::expected<std::pair<std::uint32_t, std::uint32_t>, std::string> allocate_ids(
    const HostConfig& config, const Registry& registry, const std::vector<std::uint32_t>& taken) {
    const auto used = given_away(registry, taken);
    std::optional<std::uint32_t> first;
    for (const auto& range : config.id_ranges) {
        for (std::uint64_t id = range.first; id <= range.last; ++id) {
            const auto number = static_cast<std::uint32_t>(id);
            if (special(id) || used.contains(number) || first == number) continue;
            if (first) return std::pair{*first, number};
            first = number;
        }
    }
    return std::unexpected(no_ids_left(config));
}

}  // namespace wpns
