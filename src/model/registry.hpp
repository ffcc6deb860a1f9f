#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"
#include "model/site_config.hpp"
#include "model/site_name.hpp"
#include "model/state.hpp"

namespace wpns {

/// What was given to a site and stays its own as long as it exists.
struct Allocation {
    Cidr subnet = Cidr::of(Ipv4{}, 30);
    std::uint32_t uid = 0;
    std::uint32_t db_uid = 0;
    std::string seed;                ///< 64 hex digits; every secret of the site is derived from it
    std::optional<Cidr6> subnet6{};  ///< as last applied; no IPv6 where empty
    /// Of the site in a group: its name and the site's address. `subnet` is the group's block then,
    /// which the other sites of the group have too.
    std::string group{};
    Ipv4 address{};
    /// The first address of the subnet.
    [[nodiscard]] Ipv4 gateway() const { return subnet.at(1); }
    /// The second one of a site's own subnet, in a group the one that it was given.
    [[nodiscard]] Ipv4 site_address() const { return group.empty() ? subnet.at(2) : address; }
    /// The same of `subnet6`, which is there; in a group it is the group's, and the site has the
    /// place in it that its address has in the block.
    [[nodiscard]] Ipv6 gateway6() const { return subnet6->at(1); }
    [[nodiscard]] Ipv6 site_address6() const {
        return subnet6->at(
            static_cast<std::uint16_t>(site_address().value - subnet.network().value));
    }
    bool operator==(const Allocation&) const = default;
};

/// Why no site can have been given such a subnet, group and address; empty where one can.
[[nodiscard]] std::string fault_of(const Allocation& allocation);

/// What the link of a site is like, beside its addresses.
struct Wire {
    unsigned mtu = 1500;
    Mac mac{};             ///< of the site's end; zero: the derived one
    std::uint64_t up = 0;  ///< bits a second; 0: no limit
    std::uint64_t down = 0;
    bool operator==(const Wire&) const = default;
};

/// The network as it was last applied: boot rebuilds it from here, not from files that somebody may
/// be editing.
struct AppliedNetwork : Wire {
    Egress egress = Egress::open;
    std::vector<AllowTarget> allow{};
    Ipv4 source_address{};     ///< zero: what the route gives
    unsigned connections = 0;  ///< 0: no limit
    bool operator==(const AppliedNetwork&) const = default;
};

/// All that is remembered of one site.
struct SiteRecord {
    Allocation allocation;
    AppliedNetwork network;
    std::string domain;
    unsigned idle_after = 0;  ///< as last applied: seconds without a visitor; 0: never parked
    bool parked = false;      ///< `wpns park` has stopped it although it has no such limit
    Recorded resources;
    /// Its services may be stopped, and are started by their sockets.
    [[nodiscard]] bool on_demand() const { return idle_after != 0 || parked; }
    bool operator==(const SiteRecord&) const = default;
};

/// Numbers of a removed site that are never given out again while its archive exists.
struct Tombstone {
    std::string site;
    std::uint32_t uid = 0;
    std::uint32_t db_uid = 0;
    std::string archive;  ///< path
    bool operator==(const Tombstone&) const = default;
};

/// Recorded state: one small root-owned file. `lineage` is made once and tells this host's registry
/// from any other; `serial` grows with every write.
struct Registry {
    std::string lineage;
    std::uint64_t serial = 0;
    std::map<SiteName, SiteRecord> sites;
    Recorded host;  ///< resources of the host as a whole
    std::vector<Tombstone> tombstones;
    bool operator==(const Registry&) const = default;
};

}  // namespace wpns
