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
                          const std::string& directory) {
    auto command = sandboxed(source.sandbox,
                             {"/usr/bin/mariadb-dump", "--single-transaction", "--quick",
                              "--skip-lock-tables", "--routines", "--triggers", "--events",
                              "--hex-blob", "--default-character-set=utf8mb4", "--", "wordpress"},
                             Terminal::pipes, longest_step);
    DumpEnd end;
    return write_part(
        host, directory + "/" + database_part, std::move(command),
        [&](const Process::Result& result) {
            if (result.status != 0 || !end.found())
                throw Error(ErrorKind::failed, "mariadb-dump ended with status " +
                                                   std::to_string(result.status) + ": " +
                                                   said(result));
        },
        [&](std::string_view bytes) { end.add(bytes); });
}

/// Status 1 of tar: something changed while it was read. That is recorded, and the backup is one.
BackupPart write_files(const host::Host& host, const BackupSource& source,
                       const std::string& directory, bool& changed) {
    const char* top = source.core == CoreMode::managed ? "/srv/www/wp-content" : "/srv/www";
    auto command = sandboxed(source.sandbox, {"/usr/bin/php", "/usr/share/wpns/php/pack.php", top},
                             Terminal::pipes, longest_step);
    return write_part(
        host, directory + "/" + files_part, std::move(command), [&](const Process::Result& result) {
            if (result.status > 1)
                throw Error(
                    ErrorKind::failed,
                    "tar ended with status " + std::to_string(result.status) + ": " + said(result));
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

/// Everything of a backup, the manifest last. Writes into `partial` alone.
void fill(const host::Host& host, const BackupSource& source, const std::string& partial,
          Manifest& manifest) {
    manifest.database =
        with_context("dump the database", [&] { return write_database(host, source, partial); });
    manifest.files = with_context(
        "read the files", [&] { return write_files(host, source, partial, manifest.changed); });
    const auto write = [&](const char* file_name, std::string content) {
        File file;
        file.content = std::move(content);
        file.mode = 0600;
        host.files.write(partial + "/" + file_name, file);
    };
    write(site_settings_file, source.settings);
    write(manifest_file, to_text(manifest));
}

}  // namespace

Backup make_backup(const host::Host& host, const BackupSource& source, const std::string& directory,
                   Turn* turn) {
    auto& files = host.files;
    if (!files.is_directory(directory)) files.make_directory(directory, Directory{0, 0, 0700});
    const auto name = unused_name(files, {directory, backup_dir, source.archive_dir}, source.site);
    const std::string path = directory + "/" + name.str();
    const std::string partial = directory + "/." + name.str() + ".partial";
    Journal journal(files);
    journal.begin({Intent::Operation::backup, source.site, partial, {}, {}});
    ScopeGuard undo([&] {
        if (turn != nullptr && !turn->is_alone()) return;
        try {
            discard_backup(files, partial);
            journal.end(source.site);
        } catch (const Error&) {  // the error that is on its way says more; the next run does it
        }
    });
    files.make_directory(partial, Directory{0, 0, 0700});
    Manifest manifest = manifest_of(source, name.stamp);
    const auto work = [&] { fill(host, source, partial, manifest); };
    turn != nullptr ? turn->share(work) : work();
    files.rename(partial, path);
    undo.dismiss();
    journal.end(source.site);
    return {path, manifest};
}

void discard_backup(host::Files& files, const std::string& partial) {
    if (files.is_directory(partial)) files.purge_trusted_tree(partial);
}

}  // namespace wpns::apply
