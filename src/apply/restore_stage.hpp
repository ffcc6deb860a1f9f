#pragma once

#include <cstdint>

#include "apply/restore.hpp"

/// The parts of a restore that build the new state; nothing live is touched.
namespace wpns::apply {

/// Bytes that a new MariaDB takes for the moment, so that a site that was full can be full again.
inline constexpr std::uint64_t making_a_database = 128U << 20;

/// Gives a part of the staging directory ("" or one of names::counted_apart) the limit of the live
/// one, and a number of its own: the old state must not keep the new one out. `room` is in bytes,
/// above that limit.
void limit_staging(const host::Host& host, const RestoreTarget& target, const std::string& part,
                   std::uint64_t room = 0);

/// Unpacks the files of a backup as the site, in its sandbox.
void stage_files(const host::Host& host, const Backup& backup, const RestoreTarget& target);

/// Initialises a database and loads the dump: a server of the database account with a socket of its
/// own, and a client of the site's account that can neither run programs nor read files. The server
/// still runs.
void load_database(const host::Host& host, const Backup& backup, const RestoreTarget& target);

/// The same with the names of the target, and the server is stopped.
void stage_database(const host::Host& host, const Backup& backup, const RestoreTarget& target);

/// Ends what these have started, also what a killed run has left; nothing to end is fine.
void end_staging(const host::Host& host, const SiteName& site);

}  // namespace wpns::apply
