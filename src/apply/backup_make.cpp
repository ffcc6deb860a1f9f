#include <algorithm>
#include <functional>

#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/backup_stream.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/scope_guard.hpp"

namespace wpns::apply {
namespace {

using host::Process;

/// Root writes what arrives and never looks at it, but for the last line of the dump.
BackupPart write_part(const host::Host& host, const std::string& path, Process::Command command,
                      const std::function<void(const Process::Result&)>& judge,
                      const std::function<void(std::string_view)>& watch = {}) {
    const auto writer = host.parts.create(path, largest_part);
    command.output = [&](std::string_view bytes) {
        if (watch) watch(bytes);
        writer->write(bytes);
    };
    judge(host.process.run(command));
    return writer->finish();
}

BackupPart write_database(const host::Host& host, const BackupSource& source,
                          const std::string& path) {
    auto command = sandboxed(source.sandbox,
                             {"/usr/bin/mariadb-dump", "--single-transaction", "--quick",
                              "--skip-lock-tables", "--routines", "--triggers", "--events",
                              "--hex-blob", "--default-character-set=utf8mb4", "--", "wordpress"},
                             Terminal::pipes, longest_step);
    DumpEnd end;
    return write_part(
        host, path, std::move(command),
        [&](const Process::Result& result) {
            if (result.status != 0 || !end.found())
                throw Error(ErrorKind::failed, "mariadb-dump ended with status " +
                                                   std::to_string(result.status) + ": " +
                                                   said(result));
        },
        [&](std::string_view bytes) { end.add(bytes); });
}

/// Status 1 of tar: something changed while it was read. That is recorded, and the backup is one.
BackupPart write_files(const host::Host& host, const BackupSource& source, const std::string& path,
                       bool& changed) {
    const char* top = source.core == CoreMode::managed ? "/srv/www/wp-content" : "/srv/www";
    auto command = sandboxed(source.sandbox, {"/usr/bin/php", "/usr/share/wpns/php/pack.php", top},
                             Terminal::pipes, longest_step);
    return write_part(host, path, std::move(command), [&](const Process::Result& result) {
        if (result.status > 1)
            throw Error(ErrorKind::failed, "tar ended with status " +
                                               std::to_string(result.status) + ": " + said(result));
        changed = result.status == 1 || !result.err.empty();
    });
}

Manifest manifest_of(const BackupSource& source, const std::string& stamp) {
    return {.site = source.site,
            .created = stamp,
            .domain = source.domain,
            .core = source.core,
            .wordpress = source.wordpress,
            .php = source.php,
            .scheduled = source.scheduled,
            .changed = false,
            .database = {},
            .files = {},
            .settings_sha256 = sha256_hex(source.settings)};
}

/// With a number where a snapshot has that time already: the clock may have gone back.
std::string unused_stamp(const std::vector<Snapshot>& there, const std::string& first) {
    std::string stamp = first;
    const auto is_used = [&](const Snapshot& snapshot) { return snapshot.name.stamp == stamp; };
    for (unsigned number = 2; std::ranges::any_of(there, is_used); ++number)
        stamp = first.substr(0, utc_stamp().size()) + "-" + std::to_string(number);
    return stamp;
}

/// Everything of a backup, the manifest last. Writes into `partial` alone.
void fill(const host::Host& host, const BackupSource& source, const std::string& partial,
          Manifest& manifest) {
    const auto place = [&](const char* part) { return part_path(partial, part, manifest.plain); };
    manifest.database = with_context(
        "dump the database", [&] { return write_database(host, source, place(database_part)); });
    manifest.files = with_context("read the files", [&] {
        return write_files(host, source, place(files_part), manifest.changed);
    });
    const auto write = [&](const char* file_name, std::string content) {
        File file;
        file.content = std::move(content);
        file.mode = 0600;
        host.files.write(partial + "/" + file_name, file);
    };
    write(site_settings_file, source.settings);
    write(manifest_file, to_text(manifest));
}

void require_directory(host::Files& files, const std::string& path) {
    if (!files.is_directory(path)) files.make_directory(path, Directory{0, 0, 0700});
}

/// Builds in `partial`: `work` while others work as well, then `finish`. What is built, and the
/// intent in the journal, are gone when this throws, or else the next run takes them away.
void build(const host::Host& host, const SiteName& site, const std::string& partial, Turn* turn,
           const std::function<void()>& work, const std::function<void()>& finish) {
    auto& files = host.files;
    Journal journal(files);
    journal.begin({Intent::Operation::backup, site, partial, {}, {}});
    ScopeGuard undo([&] {
        if (turn != nullptr && !turn->is_alone()) return;
        try {
            settle_backup(host, {Intent::Operation::backup, site, partial, {}, {}});
        } catch (const Error&) {  // the error that is on its way says more; the next run does it
        }
    });
    files.make_directory(partial, Directory{0, 0, 0700});
    turn != nullptr ? turn->share(work) : work();
    finish();
    undo.dismiss();
    journal.end(site);
}

}  // namespace

std::string part_path(const std::string& directory, const char* part, bool plain) {
    return directory + "/" + part + (plain ? "" : ".zst");
}

Backup make_backup(const host::Host& host, const BackupSource& source, const std::string& directory,
                   Turn* turn) {
    auto& files = host.files;
    require_directory(files, directory);
    const auto name = unused_name(files, {directory, backup_dir, source.archive_dir}, source.site);
    const std::string path = directory + "/" + name.str();
    const std::string partial = directory + "/." + name.str() + ".partial";
    Manifest manifest = manifest_of(source, name.stamp);
    build(
        host, source.site, partial, turn, [&] { fill(host, source, partial, manifest); },
        [&] { files.rename(partial, path); });
    return {path, manifest};
}

Backup save_backup(const host::Host& host, const BackupSource& source, const Repository& repository,
                   Turn& turn) {
    require_directory(host.files, backup_dir);
    const std::string partial = staged_dir(source.site);
    auto name = unused_name(host.files, {backup_dir, source.archive_dir}, source.site);
    Manifest manifest = manifest_of(source, name.stamp);
    manifest.plain = true;
    std::string snapshot;
    build(
        host, source.site, partial, &turn,
        [&] {
            repository.require_ready();
            manifest.created = unused_stamp(repository.list(source.site), name.stamp);
            fill(host, source, partial, manifest);
            snapshot = with_context("save it", [&] { return repository.save(manifest).id; });
        },
        [&] { discard_staged(host, source.site); });
    return {repository_place + snapshot, manifest};
}

void settle_backup(const host::Host& host, const Intent& intent) {
    discard_staged(host, intent.site);
    if (host.files.is_directory(intent.path)) host.files.purge_trusted_tree(intent.path);
    Journal(host.files).end(intent.site);
}

}  // namespace wpns::apply
