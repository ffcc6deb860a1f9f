#pragma once

#include <string>

#include "apply/backup.hpp"
#include "apply/restore.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// A site that is set up, or Error{usage}.
struct KnownSite {
    const SiteName& name;
    const SiteConfig& config;
    const SiteRecord& record;
};
[[nodiscard]] KnownSite known_site(Session& session, const SiteName& name);

/// The same before anything else is done: reads all that is needed to say so.
void require_known(const Globals& globals, const host::Host& host, const SiteName& name);

/// The text of the sandbox that lists the files of a backup.
[[nodiscard]] std::string reader_unit(Session& session);

/// A backup that was read again from end to end; Error{conflict} where it is not as written.
[[nodiscard]] apply::Backup checked_backup(Session& session, const std::string& path);

/// Who asked for a backup.
enum class Origin { person, schedule };

/// Backs a site up into a directory; with `turn` other verbs work meanwhile.
[[nodiscard]] apply::Backup back_up(Session& session, const Globals& globals, const KnownSite& site,
                                    const std::string& directory, Origin origin,
                                    apply::Turn* turn = nullptr);

/// The same into the configured repository.
[[nodiscard]] apply::Backup back_up_to_repository(Session& session, const Globals& globals,
                                                  const KnownSite& site, Origin origin,
                                                  apply::Turn& turn);

/// A restore to a site as `intent` says, whose programs run in `slice`; no service is to be
/// stopped.
[[nodiscard]] apply::RestoreTarget restore_target(Session& session, const Globals& globals,
                                                  const KnownSite& site,
                                                  const apply::Intent& intent,
                                                  const std::string& slice);

}  // namespace wpns::cli
