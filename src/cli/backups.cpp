#include "cli/backups.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/config_files.hpp"

namespace wpns::cli {
namespace {

std::string newest(const host::Files& files, const SiteName& site) {
    std::string found;
    for (const auto& text : files.list(apply::backup_dir)) {
        const auto name = ArchiveName::parse(text);
        if (name && name->site == site && is_older(found, name->stamp)) found = name->stamp;
    }
    if (found.empty())
        throw Error(ErrorKind::usage, "there is no backup of " + site.str(),
                    "wpns backup " + site.str() + " makes one");
    return found;
}

}  // namespace

std::string backup_path(const host::Host& host, const SiteName& site, const std::string& at) {
    if (at.starts_with('/')) return at;
    if (!at.empty() && !is_stamp(at))
        throw Error(ErrorKind::usage,
                    "\"" + printable(at) + "\" is neither a time like 20261122T055500Z nor a path",
                    "wpns archive list shows the backups");
    const auto stamp = at.empty() ? newest(host.files, site) : at;
    return std::string(apply::backup_dir) + "/" + ArchiveName{site, stamp}.str();
}

KnownSite known_site(Session& session, const SiteName& name) {
    const auto site = session.config().sites.find(name);
    const auto record = session.registry().sites.find(name);
    if (site == session.config().sites.end() || record == session.registry().sites.end())
        throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                    "wpns add " + name.str());
    return {name, site->second, record->second};
}

apply::Backup checked_backup(Session& session, const std::string& path) {
    const auto reader = desired::reader_unit(session.inputs());
    if (!reader) throw Error(ErrorKind::config, reader.error());
    return apply::check_backup(session.host(), path, *reader);
}

apply::Backup back_up(Session& session, const Globals& globals, const KnownSite& site,
                      const std::string& directory, Origin origin, apply::Turn* turn) {
    const auto sandbox = desired::exec_unit(session.inputs(), site.name, site.config, site.record);
    if (!sandbox) throw Error(ErrorKind::config, sandbox.error());
    const auto settings = session.host().files.read(site_file(globals.config_dir, site.name));
    const auto core =
        session.facts().cores.find({site.config.wordpress.source, site.config.wordpress.sha256});
    const apply::BackupSource source{
        .site = site.name,
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
    return with_context(site.name.str(), [&] {
        return apply::make_backup(session.host(), source, directory, turn);
    });
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
