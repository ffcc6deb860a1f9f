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

void print(const Globals& globals, const apply::Backup& backup, const char* words) {
    const auto& manifest = backup.manifest;
    if (globals.json) {
        return print_json({{"site", manifest.site.str()},
                           {"time", manifest.created},
                           {"path", backup.path},
                           {"changed", manifest.changed},
                           {"database", to_json(manifest.database)},
                           {"files", to_json(manifest.files)}});
    }
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

}  // namespace

int cmd_backup(const Globals& globals, const host::Host& host, const BackupOptions& options) {
    if (options.check) return check(globals, host, options.name);
    const auto name = site_name(options.name);
    const std::string directory = options.to.empty() ? apply::backup_dir : options.to;
    if (!directory.starts_with('/'))
        throw Error(ErrorKind::usage, "--to " + printable(directory) + " is no absolute path");
    const auto lock = host.lock.take("backup " + name.str(), lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    print(globals, back_up(session, globals, known_site(session, name), directory), "backed up to");
    return done;
}

}  // namespace wpns::cli
