#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/session.hpp"

/// One function a verb; each returns the exit code. Errors leave as wpns::Error.
namespace wpns::cli {

/// How long a verb that writes waits for another one to end.
inline constexpr std::chrono::seconds lock_patience{120};

struct AddOptions {
    std::string name;
    std::string domain;
    std::string title;
    std::string admin_email;
    std::string admin_password_file;
};
[[nodiscard]] int cmd_add(const Globals& globals, const host::Host& host,
                          const AddOptions& options);

struct RemoveOptions {
    std::string name;
    bool purge = false;
    bool yes = false;
};
[[nodiscard]] int cmd_remove(const Globals& globals, const host::Host& host,
                             const RemoveOptions& options);

struct SyncOptions {
    std::vector<std::string> names;
    bool prune = false;
    bool yes = false;
    bool no_cache = false;
};
[[nodiscard]] int cmd_sync(const Globals& globals, const host::Host& host,
                           const SyncOptions& options);

struct PlanOptions {
    std::vector<std::string> names;
    bool prune = false;
    bool exit_code = false;
    bool no_cache = false;
};
[[nodiscard]] int cmd_plan(const Globals& globals, const host::Host& host,
                           const PlanOptions& options);

[[nodiscard]] int cmd_list(const Globals& globals, const host::Host& host);

struct StatusOptions {
    std::string name;
    bool exit_code = false;
};
[[nodiscard]] int cmd_status(const Globals& globals, const host::Host& host,
                             const StatusOptions& options);

struct EgressOptions {
    std::string name;
};
[[nodiscard]] int cmd_egress(const Globals& globals, const host::Host& host,
                             const EgressOptions& options);
struct VerifyOptions {
    std::vector<std::string> names;  ///< all sites where empty
};
[[nodiscard]] int cmd_verify(const Globals& globals, const host::Host& host,
                             const VerifyOptions& options);

/// What on the host stands in the way of the sites' network, with the fix.
[[nodiscard]] int cmd_doctor(const Globals& globals, const host::Host& host);

struct ParkOptions {
    std::vector<std::string> names;
};
/// Stops the services of sites until somebody comes, and starts them.
[[nodiscard]] int cmd_park(const Globals& globals, const host::Host& host,
                           const ParkOptions& options);
[[nodiscard]] int cmd_wake(const Globals& globals, const host::Host& host,
                           const ParkOptions& options);

struct CheckOptions {
    std::vector<std::string> files;
};
[[nodiscard]] int cmd_check(const Globals& globals, const host::Host& host,
                            const CheckOptions& options);

struct RegistryOptions {
    bool write = false;
    bool yes = false;
};
/// Proposes a registry in place of one that is damaged or lost.
[[nodiscard]] int cmd_registry_rebuild(const Globals& globals, const host::Host& host,
                                       const RegistryOptions& options);

struct ExecOptions {
    std::string name;
    std::vector<std::string> argv;
};
[[nodiscard]] int cmd_exec(const Globals& globals, const host::Host& host,
                           const ExecOptions& options);

struct ArchiveOptions {
    std::string name;  ///< NAME-STAMP
    bool yes = false;
};
[[nodiscard]] int cmd_archive_list(const Globals& globals, const host::Host& host);
[[nodiscard]] int cmd_archive_purge(const Globals& globals, const host::Host& host,
                                    const ArchiveOptions& options);
[[nodiscard]] int cmd_archive_restore(const Globals& globals, const host::Host& host,
                                      const ArchiveOptions& options);

struct BackupOptions {
    std::string name;  ///< of a site; with `check` also a path or NAME-STAMP
    std::string to;    ///< a directory, or "repository"
    bool check = false;
    bool prove = false;
    bool all = false;    ///< as the schedule does: every site, older ones deleted
    bool prune = false;  ///< free the room of what was forgotten in the repository
};
[[nodiscard]] int cmd_backup(const Globals& globals, const host::Host& host,
                             const BackupOptions& options);
/// Restores the newest backup of a site, or of all, for a test, and throws it away again.
[[nodiscard]] int cmd_prove(const Globals& globals, const host::Host& host,
                            const BackupOptions& options);

struct RestoreOptions {
    std::string name;
    std::string at;  ///< a stamp, a path or restic:ID; the newest backup where empty
    bool yes = false;
};
[[nodiscard]] int cmd_restore(const Globals& globals, const host::Host& host,
                              const RestoreOptions& options);

struct CloneOptions {
    std::string original;
    std::string copy;
    std::string domain;     ///< COPY.example where empty
    bool muted = false;     ///< its egress is "none"
    bool same_url = false;  ///< a shadow: it keeps the address of the original, and is muted
};
/// Makes a new site with the files and the database of another.
[[nodiscard]] int cmd_clone(const Globals& globals, const host::Host& host,
                            const CloneOptions& options);

/// Hidden verbs that units call at boot: `wpns firewall up` and `wpns netns up NAME`. They read the
/// registry only.
[[nodiscard]] int cmd_firewall_up(const host::Host& host);
/// Loads the firewall again whenever another program has changed it, for as long as it runs.
[[nodiscard]] int cmd_firewall_watch(const host::Host& host);
/// Puts the accepts that sites need into the firewalls of others: for a unit that the watch starts.
[[nodiscard]] int cmd_firewall_accept(const host::Host& host);
[[nodiscard]] int cmd_netns_up(const host::Host& host, const std::string& name);
/// Hidden verb of a unit, `wpns install NAME`: installs what is owed to a site, at its first visit.
[[nodiscard]] int cmd_install(const host::Host& host, const std::string& name);
/// Hidden verb of a timer, `wpns resolve`: looks the host names of all allow lists up again.
[[nodiscard]] int cmd_resolve(const host::Host& host);
/// Hidden verb of a timer, `wpns idle`: parks the sites that nobody has visited for long enough.
[[nodiscard]] int cmd_idle(const Globals& globals, const host::Host& host);

}  // namespace wpns::cli
