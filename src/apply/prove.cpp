#include "apply/prove.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "apply/answer.hpp"
#include "apply/backup_stream.hpp"
#include "apply/restore_stage.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "base/scope_guard.hpp"

namespace wpns::apply {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t gib = 1ULL << 30U;

/// A dump takes about twice its size as tables with their indexes. A gigabyte is left to the sites.
void require_room(const host::Host& host, const Manifest& manifest, const std::string& place) {
    const std::uint64_t needed = manifest.files.size + 2 * manifest.database.size + gib;
    const std::uint64_t there = host.files.free_bytes(place.substr(0, place.rfind('/')));
    if (there < needed)
        throw Error(ErrorKind::failed, "it was not tried: it may take " +
                                           std::to_string(needed >> 20U) + " MiB, and there are " +
                                           std::to_string(there >> 20U));
}

void throw_away(const host::Host& host, const Intent& intent) {
    end_staging(host, intent.site);
    if (host.files.is_directory(intent.path)) purge_data(host.files, intent.path);
}

std::uint64_t number(const nlohmann::json& answer, const char* key) {
    return answer.contains(key) && answer[key].is_number_unsigned() ? answer[key].get<uint64_t>()
                                                                    : 0;
}

void require_same(const char* what, std::uint64_t wanted, std::uint64_t found) {
    if (wanted != found)
        throw Error(ErrorKind::failed, "the backup holds " + std::to_string(wanted) + " " + what +
                                           ", but " + std::to_string(found) + " came back");
}

void look(const host::Host& host, const Backup& backup, const RestoreTarget& target) {
    auto command = sandboxed(target.units.exec, {"/usr/bin/php", "/usr/share/wpns/php/prove.php"},
                             Terminal::pipes, longest_step);
    command.input = nlohmann::json{{"files", target.units.files_at}}.dump();
    const auto result = host.process.run(command);
    require_answer(result, "proven", "prove.php");
    const auto answer = nlohmann::json::parse(result.out);
    require_same("tables", backup.counts.tables, number(answer, "tables"));
    require_same("files", backup.counts.files, number(answer, "files"));
}

BackupCounts restore_and_look(const host::Host& host, const Backup& backup,
                              const RestoreTarget& target) {
    const std::string& path = target.intent.path;
    require_room(host, backup.manifest, path);
    host.files.make_directory(target.staging.run_dir, {});
    host.files.make_directory(path, {});
    limit_staging(host, target, "", making_a_database);
    with_context("unpack the files", [&] { stage_files(host, backup, target); });
    with_context("load the database", [&] { load_database(host, backup, target); });
    with_context("look at what came back", [&] { look(host, backup, target); });
    return backup.counts;
}

}  // namespace

std::string proof_dir(const std::string& archive_dir, const SiteName& site) {
    return archive_dir + "/." + site.str() + ".proof";
}

Proven prove(const host::Host& host, const std::string& path, const std::string& reader,
             const RestoreTarget& target, Turn& turn) {
    const std::string& place = target.intent.path;
    const std::string archive_dir = place.substr(0, place.rfind('/'));
    if (!host.files.is_directory(archive_dir))
        host.files.make_directory(archive_dir, Directory{0, 0, 0700});
    Journal(host.files).begin(target.intent);
    ScopeGuard undo([&] {
        if (!turn.is_alone()) return;
        try {
            settle_proof(host, target.intent);
        } catch (const Error&) {  // the error that is on its way says more; the next run does it
        }
    });
    Proven proven;
    turn.share([&] {
        const auto begin = Clock::now();
        ScopeGuard clean([&] {
            try {
                throw_away(host, target.intent);
            } catch (const Error&) {  // is tried again under the lock, and said then
            }
        });
        proven.counts = restore_and_look(host, check_backup(host, path, reader), target);
        proven.seconds = static_cast<unsigned>(
            std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin).count());
    });
    undo.dismiss();
    settle_proof(host, target.intent);
    return proven;
}

void settle_proof(const host::Host& host, const Intent& intent) {
    discard_staged(host, intent.site);
    throw_away(host, intent);
    Journal(host.files).end(intent.site);
}

}  // namespace wpns::apply
