#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "model/facts.hpp"
#include "model/host_config.hpp"
#include "model/registry.hpp"

namespace wpns {

/// The /30 for a site: the pinned one, else the lowest free block of the pool outside the reserved
/// range. A site that is or was in a group has none before. Free means: no other site has it and it
/// overlaps no route or address of the host. The reason otherwise, with both sides named
/// ("10.10.1.0/30 overlaps 10.10.0.0/20, route via eth1"; "the pool 10.10.0.0/16 is exhausted:
/// 16320 of 16320 in use").
[[nodiscard]] std::expected<Cidr, std::string> allocate_subnet(const HostConfig& config,
                                                               const Registry& registry,
                                                               const HostFacts& facts,
                                                               const SiteName& site,
                                                               const std::optional<Cidr>& pinned);

/// Most ports of a Linux bridge: one more is refused with EXFULL (BR_PORT_BITS is 10, and port 0 is
/// none).
inline constexpr std::size_t bridge_ports = 1023;

/// Where a site of a group has its place.
struct Place {
    Cidr subnet;   ///< the block of the group
    Ipv4 address;  ///< the site's
};

/// The place of a site in a group: the one it has, else the lowest free address of the group's
/// block. A new group gets the lowest block of the reserved range that overlaps no other group, no
/// route or address of the host and no bridge that is still there. The reason otherwise, with what
/// is exhausted: block, reserved range or ports of the bridge.
[[nodiscard]] std::expected<Place, std::string> allocate_place(const HostConfig& config,
                                                               const Registry& registry,
                                                               const HostFacts& facts,
                                                               const SiteName& site,
                                                               const std::string& group);

/// The length of a site's IPv6 prefix: a /64 where network.pool6 has room for as many as there are
/// /30s in the pool, else a /112; 0 where there is no room for those either, or no pool6.
[[nodiscard]] unsigned subnet6_prefix(const HostConfig& config);

/// The IPv6 prefix of a site: the one it has while that is of pool6, else the one whose place in
/// pool6 is that of the site's /30 in the pool, else, where another site has that, the first one
/// that is free. The sites of a group have one together: that of the mates. Nothing without pool6.
/// The reason where none is left.
[[nodiscard]] std::expected<std::optional<Cidr6>, std::string> allocate_subnet6(
    const HostConfig& config, const Registry& registry, const SiteName& site, const Cidr& subnet,
    const std::string& group = {});

/// Two free account numbers (uid and gid alike) for a site, lowest first: not recorded, not on a
/// tombstone, not in `taken` (uids and gids of the host).
[[nodiscard]] std::expected<std::pair<std::uint32_t, std::uint32_t>, std::string> allocate_ids(
    const HostConfig& config, const Registry& registry, const std::vector<std::uint32_t>& taken);

}  // namespace wpns
