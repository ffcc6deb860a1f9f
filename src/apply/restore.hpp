#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "desired/desired.hpp"
#include "host/host.hpp"

/// A restore builds the whole data directory of a site beside the archives, in a directory that is
/// to hold the replaced data: then both change places in one step. So a site has either all of the
/// old state or all of the new one.
namespace wpns::apply {

/// The server names by which the content of a backup calls its site, and the one it gets.
struct Rename {
    std::vector<std::string> from;
    std::string to;
    std::string url;  ///< address of the front page, without a slash at its end
};

/// The site that a backup is restored to.
struct RestoreTarget {
    SiteName site;
    Allocation allocation;
    std::string domain;
    CoreMode core = CoreMode::managed;
    Intent intent;                 ///< in the journal from before the first effect
    std::string settings;          ///< text of its file, for the archive of what is replaced
    std::optional<Rename> rename;  ///< where it is another site than the backup's
    desired::Staging staging;
    desired::StagingUnits units;
    std::vector<std::string> services;  ///< what runs on its data
};

/// The directory of sockets for a database that is being loaded; no site can have that name.
[[nodiscard]] std::string staging_run_dir(const SiteName& site);

/// Builds the new state and lets it change places with the live one; the services are stopped. The
/// intent is there before and after. On Error the site is as it was, but for what was built.
void exchange_data(const host::Host& host, const Backup& backup, const RestoreTarget& target);

/// Restores a backup that check_backup has accepted; the services are stopped at the end, and
/// `sync` starts them. Gives the path of the archive with what was replaced. On Error the site is
/// as it was.
[[nodiscard]] std::string restore(const host::Host& host, Registry& registry, RegistryFile& file,
                                  const Backup& backup, const RestoreTarget& target);

/// Takes an unfinished restore back, or finishes it where the directories have changed places
/// already.
void settle_restore(const host::Host& host, Registry& registry, RegistryFile& file,
                    const Intent& intent);

}  // namespace wpns::apply
