#include <iostream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/backups.hpp"
#include "cli/json.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
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

int check(const Globals& globals, const host::Host& host, const std::string& what) {
    Session session(globals, host, NoFiles::fine);
    std::string path = what;
    if (const auto name = ArchiveName::parse(what))
        path = backup_path(host, name->site, name->stamp);
    else if (!what.starts_with('/'))
        path = backup_path(host, site_name(what), "");
    print(globals, checked_backup(session, path), "whole:");
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

apply::Backup back_one_up(const Globals& globals, const host::Host& host, const SiteName& name) {
    apply::Turn turn(host, "backup --all, " + name.str(), {name}, std::chrono::minutes(10));
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    auto made = back_up(session, globals, known_site(session, name), apply::backup_dir,
                        Origin::schedule, &turn);
    apply::keep_newest(host.files, made, session.config().host.backup_keep);
    return made;
}

/// One after the other. A site that fails keeps none of the others from its backup.
int back_all_up(const Globals& globals, const host::Host& host) {
    auto backups = ordered_json::array();
    auto errors = ordered_json::object();
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

}  // namespace

int cmd_backup(const Globals& globals, const host::Host& host, const BackupOptions& options) {
    if (!options.all && options.name.empty())
        throw Error(ErrorKind::usage, "no site is named", "wpns backup NAME, or wpns backup --all");
    if (options.prove) return cmd_prove(globals, host, options);
    if (options.all) return back_all_up(globals, host);
    if (options.check) return check(globals, host, options.name);
    const auto name = site_name(options.name);
    const std::string directory = options.to.empty() ? apply::backup_dir : options.to;
    if (!directory.starts_with('/'))
        throw Error(ErrorKind::usage, "--to " + printable(directory) + " is no absolute path");
    apply::Turn turn(host, "backup " + name.str(), {name}, lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    print(globals,
          back_up(session, globals, known_site(session, name), directory, Origin::person, &turn),
          "backed up to");
    return done;
}

}  // namespace wpns::cli
