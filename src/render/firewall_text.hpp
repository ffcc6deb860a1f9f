#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"

/// Table inet wpns as text for nft: a handful of static chains over a few collections, which hold
/// the elements of all sites (render/firewall_elements.hpp).
namespace wpns::render {

/// Whether any site is in a group. Without one the text has no place for such sites.
enum class Groups { none, some };

/// The static part: chains, rules, empty collections, and the fixed sets `private` and
/// `resolvers`. Traffic that neither comes from nor goes to a link of our group falls
/// through untouched. A complete block that `nft -c -f` accepts.
/// Without `pool6` no IPv6 packet comes out of a site or into one. With groups there is a second
/// block, table bridge wpns.
[[nodiscard]] std::string firewall_table_text(const Cidr& pool, const std::vector<Ipv4>& resolvers,
                                              const std::optional<Cidr6>& pool6 = {},
                                              Groups groups = Groups::none);
/// Whether such a text has a place for sites in groups.
[[nodiscard]] bool firewall_has_groups(const std::string& text);
/// The pool that such a text was made for; nothing where it is no such text.
[[nodiscard]] std::optional<Cidr> firewall_pool(const std::string& text);
/// Whether such a text was made with a `pool6`.
[[nodiscard]] bool firewall_has_ipv6(const std::string& text);

}  // namespace wpns::render
