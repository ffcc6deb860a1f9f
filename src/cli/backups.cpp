#include "cli/backups.hpp"

#include "apply/owed.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/config_files.hpp"
#include "cli/repository.hpp"

namespace wpns::cli {
namespace {

apply::BackupSource source_of(Session& session, const Globals& globals, const KnownSite& site,
                              Origin origin) {
    apply::have_installed(session.host(), site.name);
    const auto sandbox = desired::exec_unit(session.inputs(), site.name, site.config, site.record);
    if (!sandbox) throw Error(ErrorKind::config, sandbox.error());
    const auto settings = session.host().files.read(site_file(globals.config_dir, site.name));
    const auto core =
        session.facts().cores.find({site.config.wordpress.source, site.config.wordpress.sha256});
    return {.site = site.name,
            .domain = site.config.domain,
            .core = site.config.wordpress.core,
            .wordpress = core == session.facts().cores.end() || !core->second
                             ? ""
                             : printable(core->second->version),
            .php = site.config.php.version.empty() ? session.facts().php.back().version
                                                   : site.config.php.version,
            .sandbox = *sandbox,
            .settings = settings ? settings->content : "",
            .archive_dir = session.config().host.archive_dir,
            .scheduled = origin == Origin::schedule};
}

}  // namespace

KnownSite known_site(Session& session, const SiteName& name) {
    const auto site = session.config().sites.find(name);
    const auto record = session.registry().sites.find(name);
    if (site == session.config().sites.end() || record == session.registry().sites.end())
        throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                    "wpns add " + name.str());
    return {name, site->second, record->second};
}

void require_known(const Globals& globals, const host::Host& host, const SiteName& name) {
    Session session(globals, host, NoFiles::fine);
    (void)known_site(session, name);
}

std::string reader_unit(Session& session) {
    auto unit = desired::reader_unit(session.inputs());
    if (!unit) throw Error(ErrorKind::config, unit.error());
    return std::move(*unit);
}

apply::Backup checked_backup(Session& session, const std::string& path) {
    return apply::check_backup(session.host(), path, reader_unit(session));
}

apply::Backup back_up(Session& session, const Globals& globals, const KnownSite& site,
                      const std::string& directory, Origin origin, apply::Turn* turn) {
    const auto source = source_of(session, globals, site, origin);
    return with_context(site.name.str(), [&] {
        return apply::make_backup(session.host(), source, directory, turn);
    });
}

apply::Backup back_up_to_repository(Session& session, const Globals& globals, const KnownSite& site,
                                    Origin origin, apply::Turn& turn) {
    const auto source = source_of(session, globals, site, origin);
    const auto to = repository(session, site.name);
    return with_context(site.name.str(),
                        [&] { return apply::save_backup(session.host(), source, to, turn); });
}

apply::RestoreTarget restore_target(Session& session, const Globals& globals, const KnownSite& site,
                                    const apply::Intent& intent, const std::string& slice) {
    apply::RestoreTarget target{.site = site.name,
                                .allocation = site.record.allocation,
                                .domain = site.config.domain,
                                .core = site.config.wordpress.core,
                                .intent = intent,
                                .settings = {},
                                .rename = {},
                                .staging = {intent.path, apply::staging_run_dir(site.name), slice},
                                .units = {},
                                .services = {}};
    if (auto file = session.host().files.read(site_file(globals.config_dir, site.name)))
        target.settings = std::move(file->content);
    auto units = desired::staging_units(session.inputs(), site.name, site.config, site.record,
                                        target.staging);
    if (!units) throw Error(ErrorKind::config, units.error());
    target.units = std::move(*units);
    return target;
}

}  // namespace wpns::cli
