#include <iostream>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/backup_place.hpp"
#include "cli/backups.hpp"
#include "cli/json.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/repository.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const BackupPart& part) {
    return {{"size", part.size}, {"packed", part.packed}, {"sha256", part.sha256}};
}

ordered_json to_json(const apply::Backup& backup) {
    const auto& manifest = backup.manifest;
    return {{"site", manifest.site.str()},
            {"time", manifest.created},
            {"path", backup.path},
            {"scheduled", manifest.scheduled},
            {"changed", manifest.changed},
            {"database", to_json(manifest.database)},
            {"files", to_json(manifest.files)}};
}

void print(const Globals& globals, const apply::Backup& backup, const char* words) {
    const auto& manifest = backup.manifest;
    if (globals.json) return print_json(to_json(backup));
    std::cout << manifest.site.str() << ": " << words << " " << backup.path << " ("
              << (manifest.database.packed + manifest.files.packed) / 1024 << " KiB)\n";
    if (manifest.changed)
        std::cout << "  files changed, vanished or could not be read while it was made\n";
}

/// The site whose backup is meant, and which of them: a path, NAME-STAMP, NAME or restic:ID.
std::pair<SiteName, std::string> meant(Session& session, const std::string& what) {
    const std::string_view place = apply::repository_place;
    if (what.starts_with(place))
        return {repository(session, std::nullopt).find(what.substr(place.size())).name.site, what};
    if (auto name = ArchiveName::parse(what)) return {name->site, name->stamp};
    return {site_name(what), ""};
}

/// A backup in the repository is brought here, read, and taken away again.
apply::Backup check_snapshot(const Globals& globals, const host::Host& host, const SiteName& site,
                             const std::string& at) {
    apply::Turn turn(host, "backup --check " + site.str(), {site}, lock_patience);
    (void)recover(globals, host);
    ReadableBackup readable(globals, host, site, turn);
    readable.open(at);
    Session session(globals, host, NoFiles::fine);
    const auto reader = reader_unit(session);
    std::optional<apply::Backup> backup;
    turn.share([&] { backup = apply::check_backup(host, readable.path(), reader); });
    backup->path = readable.name();
    return std::move(*backup);
}

int check(const Globals& globals, const host::Host& host, const std::string& what) {
    Session session(globals, host, NoFiles::fine);
    BackupPlace place{what, {}};
    std::optional<SiteName> site;
    if (!what.starts_with('/')) {
        const auto [name, at] = meant(session, what);
        site = name;
        place = find_backup(session, name, at);
    }
    print(globals,
          place.snapshot ? check_snapshot(globals, host, *site, place.str())
                         : checked_backup(session, place.path),
          "whole:");
    return done;
}

/// The sites that are set up now.
std::vector<SiteName> sites_of(const Globals& globals, const host::Host& host) {
    const Session session(globals, host, NoFiles::fine);
    std::vector<SiteName> names;
    for (const auto& [name, config] : session.config().sites)
        if (session.registry().sites.contains(name)) names.push_back(name);
    return names;
}

/// The newest of the schedule's stay, in the repository or in the directory.
void keep_newest(Session& session, const apply::Backup& made, apply::Turn& turn) {
    const unsigned keep = session.config().host.backup_keep;
    if (!has_repository(session)) return apply::keep_newest(session.host().files, made, keep);
    const auto& site = made.manifest.site;
    const auto from = repository(session, std::nullopt);
    const auto id = made.path.substr(std::string_view(apply::repository_place).size());
    with_context(site.str() + ": it is backed up, but older backups could not be forgotten", [&] {
        turn.share([&] { from.forget(apply::too_old(from.list(site), id, keep)); });
    });
}

apply::Backup back_one_up(const Globals& globals, const host::Host& host, const SiteName& name) {
    apply::Turn turn(host, "backup --all, " + name.str(), {name}, std::chrono::minutes(10));
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto site = known_site(session, name);
    auto made = has_repository(session)
                    ? back_up_to_repository(session, globals, site, Origin::schedule, turn)
                    : back_up(session, globals, site, apply::backup_dir, Origin::schedule, &turn);
    keep_newest(session, made, turn);
    return made;
}

/// Once for all: each site would wait for a server that does not answer.
void require_repository(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    if (!has_repository(session)) return;
    const auto place = repository(session, std::nullopt);
    place.require_ready();
    (void)place.list(std::nullopt);
}

/// One after the other. A site that fails keeps none of the others from its backup.
int back_all_up(const Globals& globals, const host::Host& host) {
    auto backups = ordered_json::array();
    auto errors = ordered_json::object();
    require_repository(globals, host);
    for (const auto& name : sites_of(globals, host)) {
        try {
            const auto made = back_one_up(globals, host, name);
            backups.push_back(to_json(made));
            if (!globals.json) print(globals, made, "backed up to");
        } catch (const Error& error) {
            errors[name.str()] = printable(error.message());
            if (!globals.json) print_error(globals, error);
        }
    }
    if (globals.json) print_json(ordered_json{{"backups", backups}, {"errors", errors}});
    return errors.empty() ? done : failed;
}

/// Where a backup that a person asks for goes: a directory, or the repository where it is empty.
std::string directory_of(const Session& session, const std::string& to) {
    if (to == "repository" || (to.empty() && has_repository(session))) return {};
    if (to.empty()) return apply::backup_dir;
    if (to.starts_with('/')) return to;
    throw Error(ErrorKind::usage,
                "--to " + printable(to) + " is neither an absolute path nor \"repository\"");
}

int back_up_one(const Globals& globals, const host::Host& host, const BackupOptions& options) {
    const auto name = site_name(options.name);
    apply::Turn turn(host, "backup " + name.str(), {name}, lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto directory = directory_of(session, options.to);
    const auto site = known_site(session, name);
    print(globals,
          directory.empty() ? back_up_to_repository(session, globals, site, Origin::person, turn)
                            : back_up(session, globals, site, directory, Origin::person, &turn),
          "backed up to");
    return done;
}

/// restic's own lock keeps it from what backups do meanwhile.
int prune(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    const auto what = repository(session, std::nullopt);
    what.require_ready();
    what.prune();
    return done;
}

}  // namespace

int cmd_backup(const Globals& globals, const host::Host& host, const BackupOptions& options) {
    if (options.prune) return prune(globals, host);
    if (!options.all && options.name.empty())
        throw Error(ErrorKind::usage, "no site is named", "wpns backup NAME, or wpns backup --all");
    if (options.prove) return cmd_prove(globals, host, options);
    if (options.all) return back_all_up(globals, host);
    if (options.check) return check(globals, host, options.name);
    return back_up_one(globals, host, options);
}

}  // namespace wpns::cli
