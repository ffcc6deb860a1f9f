#pragma once

#include "apply/restore.hpp"

/// A clone is a backup of one site that is restored as another: the same stream, the same exchange.
namespace wpns::apply {

/// Where the backup lies that a site is made from, until it is made.
[[nodiscard]] std::string clone_source_dir(const SiteName& site);

/// Puts the copy in the place of the empty data directory that the site has so far. On Error that
/// is where it was, and settle_clone takes away what was built.
void clone(const host::Host& host, const Backup& source, const RestoreTarget& target);

/// Takes away what only the making of a copy needed. True where the copy is the site's data; the
/// intent is ended then. Else the site has no data, and it is to be removed; the intent stays.
[[nodiscard]] bool settle_clone(const host::Host& host, const Intent& intent);

}  // namespace wpns::apply
