#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/resource.hpp"

/// How elements of table inet wpns are written and called.
namespace wpns::render {

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
