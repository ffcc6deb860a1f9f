#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"
#include "model/resource.hpp"

/// The elements that sites have in table inet wpns (render/firewall_text.hpp), as text for nft.
/// Typed serialisers: what they write comes from checked values only.
namespace wpns::render {

/// What they hold of a site in a group besides. In order there is one of each.
struct MateElements {
    std::set<std::string> bridges;  ///< that its packets come by
    std::set<std::string> inside;   ///< that its packets may go back to
    std::set<std::pair<std::string, Mac>> ports;
    bool listed = false;
    bool closed = false;  ///< for its mates too
    bool operator==(const MateElements&) const = default;
};

/// What the collections hold for one link. In order there is one source, one gateway, a verdict and
/// a counter.
struct FirewallElements {
    std::set<Ipv4> sources;
    std::string names;  ///< comment of the source: names_digest of the allow list
    std::set<Ipv4> gateways;
    std::set<Ipv6> sources6;  ///< at most one in order
    std::set<Ipv6> gateways6;
    /// The chain that the link's traffic goes to; "" for a foreign verdict.
    std::optional<std::string> verdict;
    bool counted = false;
    bool quarantined = false;
    std::set<AllowBox> allowed;
    Ipv4 source_address{};     ///< zero: none
    unsigned connections = 0;  ///< 0: none
    MateElements mate{};       ///< of a site in a group
    bool operator==(const FirewallElements&) const = default;
};
/// By link name, or address for a site in a group: see FirewallSite::link. Such a site has elements
/// under its IPv6 address as well, which hold all that is of IPv6.
using FirewallCollections = std::map<std::string, FirewallElements>;

/// What the collections hold for one site, by what it is known by there.
[[nodiscard]] FirewallCollections firewall_elements(const FirewallSite& site);

/// The sites those elements make, by FirewallSite::link. Where they are not exactly what a site has
/// (one missing, several addresses, an unknown verdict) its address is zero, so that it equals no
/// wanted site.
[[nodiscard]] std::map<std::string, FirewallSite> firewall_sites(const FirewallCollections& all);

/// What of `all` belongs to the site of that link.
[[nodiscard]] FirewallCollections firewall_elements_of(const FirewallCollections& all,
                                                       const std::string& link);

}  // namespace wpns::render
