#include <iostream>

#include "apply/restore.hpp"
#include "base/error.hpp"
#include "base/scope_guard.hpp"
#include "base/text.hpp"
#include "cli/backup_place.hpp"
#include "cli/backups.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

/// Services, sockets and the timer: all units of a site but its namespace.
std::vector<std::string> services_of(const SiteRecord& record, const SiteName& site) {
    std::vector<std::string> names;
    for (const auto& [key, digest] : record.resources)
        if (key.kind == Kind::unit && key.id != names::unit(site, "netns", "service"))
            names.push_back(key.id);
    return names;
}

apply::Intent intent_of(const Session& session, const SiteName& site) {
    const auto& settings = session.config().host;
    const auto name =
        apply::unused_name(session.host().files, {settings.archive_dir, apply::backup_dir}, site);
    return {apply::Intent::Operation::restore,
            site,
            settings.archive_dir + "/" + name.str(),
            settings.data_dir + "/" + site.str(),
            {}};
}

void require_fit(const apply::Backup& backup, const KnownSite& site) {
    if (backup.manifest.site != site.name)
        throw Error(ErrorKind::usage, backup.path + " is a backup of " +
                                          backup.manifest.site.str() + ", not of " +
                                          site.name.str());
    if (backup.manifest.core != site.config.wordpress.core)
        throw Error(
            ErrorKind::conflict,
            backup.path + (backup.manifest.core == CoreMode::managed
                               ? " holds wp-content alone, but the site has its own core"
                               : " holds a whole WordPress, but the site's core is managed"),
            "set wordpress.core in the site's file to what it was, run wpns sync, then "
            "restore");
}

/// Whatever of the site does not run.
std::pair<Planned, apply::Report> start(const Globals& globals, Session& session,
                                        const SiteName& name) {
    const Scope scope{.only = {name}, .leaving = {}};
    auto planned = make_plan(session, scope);
    auto report =
        execute(session, planned, scope, apply_options(globals, planned.plan.actions.size()));
    return {std::move(planned), std::move(report)};
}

}  // namespace

int cmd_restore(const Globals& globals, const host::Host& host, const RestoreOptions& options) {
    const auto name = site_name(options.name);
    apply::Turn turn(host, "restore " + name.str(), {name}, lock_patience);
    (void)recover(globals, host);
    require_known(globals, host, name);
    ReadableBackup readable(globals, host, name, turn);
    readable.open(options.at);
    Session session(globals, host);
    const auto site = known_site(session, name);
    const auto backup =
        with_context(name.str(), [&] { return checked_backup(session, readable.path()); });
    require_fit(backup, site);
    if (!confirm("replace files and database of " + name.str() + " by those of " +
                     backup.manifest.created + "? The present ones are kept in an archive.",
                 options.yes))
        return done;
    auto target = restore_target(session, globals, site, intent_of(session, name),
                                 names::staging_slice(name));
    target.services = services_of(site.record, name);
    // By systemd alone: on a full disk not even the registry can be written.
    ScopeGuard start_again([&] {
        try {
            (void)host.units.start(target.services, std::chrono::seconds(150));
        } catch (const Error&) {  // why the restore failed is what a person must see
        }
    });
    const auto archive = with_context(name.str(), [&] {
        return apply::restore(host, session.registry(), session.registry_file(), backup, target);
    });
    auto [planned, report] = start(globals, session, name);
    report[name.str()].archive = archive;
    const int result = print_report(globals, planned, report);
    // What did not start may well do so at a second try, and until then the site is down.
    if (result == done) start_again.dismiss();
    return result;
}

}  // namespace wpns::cli
