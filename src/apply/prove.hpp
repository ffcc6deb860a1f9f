#pragma once

#include "apply/restore.hpp"
#include "apply/turn.hpp"

/// A proof of a backup: it is really restored, by what restores, into a place that is thrown away,
/// and what came of it is looked at. Nothing live is touched.
namespace wpns::apply {

/// What was found in a restored backup.
struct Proven {
    BackupCounts counts;
    unsigned seconds = 0;  ///< that it took, from the first byte read
};

/// Where a site's backup is restored for a test: on the filesystem of its data, and no archive.
[[nodiscard]] std::string proof_dir(const std::string& archive_dir, const SiteName& site);

/// Reads the backup in `path` from end to end, restores it to `target`, and looks: every table is
/// whole, all tables and files of the backup are there, it has an address and an administrator.
/// Throws Error with what is not so. Other verbs work meanwhile; nothing is left in any case.
/// `reader` is the sandbox that lists its files.
[[nodiscard]] Proven prove(const host::Host& host, const std::string& path,
                           const std::string& reader, const RestoreTarget& target, Turn& turn);

/// Throws away what a proof that was cut short has left, and ends its intent.
void settle_proof(const host::Host& host, const Intent& intent);

}  // namespace wpns::apply
