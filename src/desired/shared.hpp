#pragma once

#include <optional>

#include "desired/builder.hpp"
#include "desired/values.hpp"

/// What a site wants of the host together with others.
namespace wpns::desired {

/// The firewall's table, on which every network of a site stands.
[[nodiscard]] ResourceKey table_key();

/// The compiled core of the site; nothing where its core is its own.
[[nodiscard]] std::optional<ResourceKey> opcodes_key(const Site& site);

/// Adds what is behind that key.
ResourceKey add_opcodes_of(const Site& site, const ResourceKey& key, Builder& builder);

/// Adds the bridge of the site's group; nothing where it is in none.
std::optional<ResourceKey> add_bridge_of(const Site& site, Builder& builder);

}  // namespace wpns::desired
