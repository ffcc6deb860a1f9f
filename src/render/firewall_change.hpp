#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "render/firewall_elements.hpp"

/// What leads from some elements to others, as text for nft.
namespace wpns::render {

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

}  // namespace wpns::render
