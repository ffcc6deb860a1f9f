#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "model/registry.hpp"

namespace wpns {

/// The registry as TOML, for a person to read:
///
///     checksum = "<SHA-256 of all that follows this line>"
///     schema = 1
///     lineage = "…"
///     serial = 42
///     host = ["directory /etc/wpns 0123456789abcdef", …]
///     [sites.site-a]
///     domain, subnet, uid, db_uid, seed, mtu, egress
///     resources = ["file /etc/… 0123456789abcdef", "unit … pending", …]
///     [[tombstones]]
///     site, uid, db_uid, archive
///
/// A resource is "kind id digest"; its site is the table it stands in. The same registry always
/// gives the same text. Texts in it are UTF-8. Throws Error{bug} when a resource stands with
/// another site than its own.
[[nodiscard]] std::string to_text(const Registry& registry);

/// What of it is about one site.
[[nodiscard]] std::string to_text(const SiteName& name, const SiteRecord& site);

/// The registry, or why the text is none. Strict: damaged, cut, empty or foreign text is never "no
/// sites", and nothing in it is skipped. Account numbers and subnets that two sites share are
/// refused too.
[[nodiscard]] std::expected<Registry, std::string> parse_registry(std::string_view text);

}  // namespace wpns
