#include "apply/restore_stage.hpp"

#include <nlohmann/json.hpp>

#include "apply/answer.hpp"
#include "apply/backup_stream.hpp"
#include "apply/perform.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using host::Process;

constexpr std::chrono::seconds stop_deadline{360};

/// Runs a program that reads one part of a backup. What it has read must be what was checked: the
/// disk may say something else the second time.
void feed_part(const host::Host& host, const std::string& path, const BackupPart& part,
               Process::Command command, const std::string& program) {
    const auto reader = host.parts.open(path, part.size);
    command.feed = [&] { return reader->read(); };
    const auto result = host.process.run(command);
    if (result.status != 0)
        throw Error(ErrorKind::failed, program + " ended with status " +
                                           std::to_string(result.status) + ": " + said(result));
    while (!reader->read().empty()) {
    }
    if (reader->summary() != part)
        throw Error(ErrorKind::conflict, path + " is not what was written");
}

std::vector<std::string> server_units(const SiteName& site) {
    return {names::unit(site, "restore", "socket"), names::unit(site, "restore", "service")};
}

void initialise(const host::Host& host, const RestoreTarget& target) {
    const std::string made = target.staging.data + "/mysql.new";
    const auto uid = target.allocation.db_uid;
    host.files.make_directory(made, Directory{uid, uid, 0700});
    const auto result = host.process.run(sandboxed(target.units.dbinit, target.units.dbinit_argv,
                                                   Terminal::pipes, std::chrono::seconds(180)));
    check_database_made(host.files, made, result);
    host.files.rename(made, target.staging.data + "/mysql");
}

/// The socket is made by systemd, as that of the live database; the server starts with the first
/// client.
void start_server(const host::Host& host, const RestoreTarget& target) {
    const Activation activation{
        names::unit(target.site, "restore", "service"),
        {"ListenStream=" + target.staging.run_dir + "/mysqld.sock",
         "SocketUser=" + names::db_account(target.site),
         "SocketGroup=" + names::account(target.site), "SocketMode=0660", "RemoveOnStop=yes"}};
    const auto result = host.process.run(
        activated(target.units.mysqld, {"/usr/sbin/mariadbd", "--defaults-file=/etc/wpns/my.cnf"},
                  activation));
    if (result.status != 0)
        throw Error(ErrorKind::failed, "the server cannot be started: " + said(result));
}

void stop(const host::Host& host, const std::vector<std::string>& units) {
    for (const auto& [name, error] : host.units.stop(units, stop_deadline))
        if (!error.empty()) throw Error(ErrorKind::failed, "stop " + name + ": " + error);
}

void stop_server(const host::Host& host, const SiteName& site) {
    stop(host, server_units(site));
}

/// What the content says is looked at by the site itself, on the server that it was loaded into.
void rename_content(const host::Host& host, const RestoreTarget& target) {
    auto command = sandboxed(target.units.exec, {"/usr/bin/php", "/usr/share/wpns/php/rename.php"},
                             Terminal::pipes, longest_step);
    const auto& rename = *target.rename;
    command.input =
        nlohmann::json{{"from", rename.from}, {"to", rename.to}, {"url", rename.url}}.dump();
    with_context("change its address in the database",
                 [&] { require_answer(host.process.run(command), "renamed", "rename.php"); });
}

/// As desired state has them: they go live with the rest.
void make_temporary_directories(const host::Host& host, const RestoreTarget& target) {
    auto& files = host.files;
    const std::string top = target.staging.data + "/tmp";
    const auto uid = target.allocation.uid;
    const auto db_uid = target.allocation.db_uid;
    files.make_directory(top, {});
    files.make_directory(top + "/php", {uid, uid, 0700});
    files.make_directory(top + "/web", {uid, uid, 0700});
    files.make_directory(top + "/database", {db_uid, db_uid, 0700});
    for (const char* part : names::counted_apart) limit_staging(host, target, part);
}

}  // namespace

void limit_staging(const host::Host& host, const RestoreTarget& target, const std::string& part,
                   std::uint64_t room) {
    auto quota = host.quotas.find(target.intent.data + part);
    if (!quota) return;
    if (quota->bytes != 0) quota->bytes += room;
    host.quotas.set(target.staging.data + part, *quota);
}

void stage_files(const host::Host& host, const Backup& backup, const RestoreTarget& target) {
    const auto uid = target.allocation.uid;
    const Directory own{uid, uid, 0700};
    make_temporary_directories(host, target);
    const std::string www = target.staging.data + "/www";
    host.files.make_directory(www, target.core == CoreMode::managed ? Directory{} : own);
    if (target.units.files != www) host.files.make_directory(target.units.files, own);
    feed_part(
        host, part_path(backup.path, files_part, backup.manifest.plain), backup.manifest.files,
        sandboxed(target.units.exec,
                  {"/usr/bin/tar", "--extract", "--file=-", "--directory=" + target.units.files_at,
                   "--same-permissions", "--no-same-owner", "--no-overwrite-dir"},
                  Terminal::pipes, longest_step),
        "tar");
}

void load_database(const host::Host& host, const Backup& backup, const RestoreTarget& target) {
    initialise(host, target);
    start_server(host, target);
    feed_part(host, part_path(backup.path, database_part, backup.manifest.plain),
              backup.manifest.database,
              sandboxed(target.units.exec,
                        {"/usr/bin/mariadb", "--loose-sandbox", "--batch", "--binary-mode",
                         "--default-character-set=utf8mb4", "--", "wordpress"},
                        Terminal::pipes, longest_step),
              "mariadb");
}

void stage_database(const host::Host& host, const Backup& backup, const RestoreTarget& target) {
    load_database(host, backup, target);
    if (target.rename) rename_content(host, target);
    stop_server(host, target.site);
}

void end_staging(const host::Host& host, const SiteName& site) {
    const std::string run_dir = staging_run_dir(site);
    if (!host.files.is_directory(run_dir)) return;
    stop_server(host, site);
    // A killed run leaves the program behind that it was waiting for.
    stop(host, {names::staging_slice(site), names::proof_slice(site)});
    host.files.remove_file(run_dir + "/mysqld.sock");
    host.files.remove_directory(run_dir);
}

}  // namespace wpns::apply
