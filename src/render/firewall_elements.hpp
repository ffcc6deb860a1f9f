#pragma once

#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
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

/// The statements that lead from `before` to `after`, to be run as one transaction; empty when
/// there is nothing to do. The reason when a link name that must be written is not one of ours
/// ([a-z0-9_-], at most 15 characters).
[[nodiscard]] std::expected<std::string, std::string> firewall_change_text(
    const FirewallCollections& before, const FirewallCollections& after);

/// One transaction that replaces the whole table, whatever was there. `table.digest` goes into the
/// table's comment. The reason when a digest or link name is none.
[[nodiscard]] std::expected<std::string, std::string> firewall_load_text(
    const FirewallTable& table, std::span<const FirewallSite> sites);

/// The digest in a listing of the table; nothing when it holds none.
[[nodiscard]] std::optional<std::string> firewall_digest_in(std::string_view listing);

/// "verb element inet wpns COLLECTION { ... }" in one line, or that of table bridge wpns; empty for
/// no elements.
[[nodiscard]] std::string firewall_statement(std::string_view verb, std::string_view collection,
                                             const std::vector<std::string>& elements);
/// `"veth0-a" . 203.0.113.0/24 . 6 . 443`: the key of a box in `allowed`, `resolved`
/// or, of IPv6, `allowed6` and `resolved6`.
[[nodiscard]] std::string firewall_box_key(const std::string& link, const AllowBox& box);
/// True for what a site in a group is known by: an address.
[[nodiscard]] bool is_mate(std::string_view link);
/// True for what it is known by to the collections of IPv6.
[[nodiscard]] bool is_mate6(std::string_view link);
/// The collection that holds what `collection` holds for sites in no group.
[[nodiscard]] std::string firewall_collection(const std::string& collection, std::string_view link);
/// The one of both families: `collection` for IPv4.
[[nodiscard]] std::string firewall_box_collection(const std::string& collection,
                                                  std::string_view link, const AllowBox& box);
/// A link as part of a key: a name in quotes, an address as it is.
[[nodiscard]] std::string firewall_link_key(const std::string& link);
/// True for what either kind of site may be known by.
[[nodiscard]] bool is_site_key(std::string_view link);
/// True for [a-z0-9_-], at most 15 characters.
[[nodiscard]] bool is_link_name(std::string_view name);

}  // namespace wpns::render
