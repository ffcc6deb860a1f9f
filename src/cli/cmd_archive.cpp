#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <utility>

#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/turn.hpp"
#include "base/text.hpp"
#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/json.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/repository.hpp"
#include "cli/verbs.hpp"
#include "model/allocate.hpp"

namespace wpns::cli {
namespace {

using apply::ArchiveEntry;
using nlohmann::ordered_json;

/// Archives of removed and of replaced sites, then backups where they are by default.
std::vector<ArchiveEntry> everything(const Session& session) {
    const auto& files = session.host().files;
    auto entries = apply::archives_in(files, session.config().host.archive_dir);
    for (auto& entry : apply::archives_in(files, apply::backup_dir)) {
        entry.kind = "backup";
        entries.push_back(std::move(entry));
    }
    return entries;
}

/// The backups of this host in the repository; none where there is no repository.
std::vector<ArchiveEntry> in_repository(Session& session, const std::optional<SiteName>& site) {
    std::vector<ArchiveEntry> entries;
    if (!has_repository(session)) return entries;
    for (const auto& snapshot : repository(session, std::nullopt).list(site))
        entries.push_back(
            {snapshot.name, "backup", apply::repository_place + snapshot.id, snapshot.size});
    return entries;
}

/// The site that a name of an archive begins with; none where it is no such name.
std::vector<SiteName> sites_of(const std::string& text) {
    const auto name = ArchiveName::parse(text);
    return name ? std::vector{name->site} : std::vector<SiteName>{};
}

/// The archive of that name, or Error{usage}.
ArchiveEntry find(const Session& session, const std::string& text) {
    const auto name = ArchiveName::parse(text);
    if (!name)
        throw Error(ErrorKind::usage,
                    "\"" + printable(text) + "\" is no name of an archive: " + name.error(),
                    "wpns archive list shows them");
    auto entries = everything(session);
    std::erase_if(entries, [&](const ArchiveEntry& entry) { return entry.name != *name; });
    if (entries.size() == 1) return entries.front();
    if (!entries.empty())
        throw Error(ErrorKind::conflict,
                    name->str() + " is both an archive and a backup: " + entries.front().path +
                        ", " + entries.back().path,
                    "give one of them another number: mv " + entries.back().path + " " +
                        entries.back().path + "-9");
    throw Error(ErrorKind::usage, "there is no archive " + name->str(),
                "wpns archive list shows them");
}

/// The same, also in the repository where no directory has that name.
ArchiveEntry find_anywhere(Session& session, const std::string& text, apply::Turn& turn) {
    const auto name = ArchiveName::parse(text);
    const auto has_name = [&](const ArchiveEntry& entry) { return entry.name == *name; };
    if (name && std::ranges::none_of(everything(session), has_name)) {
        std::vector<ArchiveEntry> there;
        turn.share([&] { there = in_repository(session, name->site); });
        const auto found = std::ranges::find_if(there, has_name);
        if (found != there.end()) return *found;
    }
    return find(session, text);
}

void forget(Session& session, const ArchiveEntry& entry) {
    const auto from = repository(session, std::nullopt);
    auto snapshots = from.list(entry.name.site);
    const auto id = entry.path.substr(std::string_view(apply::repository_place).size());
    std::erase_if(snapshots, [&](const apply::Snapshot& snapshot) { return snapshot.id != id; });
    from.forget(snapshots);
}

/// True where the data of that archive is gone already, by an interrupted purge or by hand, and
/// only its numbers were still kept.
bool forget_deleted(Session& session, const std::string& text) {
    const auto name = ArchiveName::parse(text);
    if (!name) return false;
    const std::string path = session.config().host.archive_dir + "/" + name->str();
    const auto& tombstones = session.registry().tombstones;
    if (session.host().files.is_directory(path) ||
        std::ranges::find(tombstones, path, &Tombstone::archive) == tombstones.end())
        return false;
    apply::purge_archive(session.host().files, session.registry(), session.registry_file(), path);
    return true;
}

std::string human(std::uint64_t bytes) {
    const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 10240 && unit < 4; ++unit) bytes /= 1024;
    return std::to_string(bytes) + " " + units[unit];
}

void print_table(const std::vector<ArchiveEntry>& entries) {
    std::cout << std::left << std::setw(44) << "NAME" << std::setw(12) << "KIND" << std::setw(12)
              << "SIZE"
              << "PATH\n";
    for (const auto& entry : entries)
        std::cout << std::left << std::setw(44) << entry.name.str() << std::setw(12) << entry.kind
                  << std::setw(12) << human(entry.size) << entry.path << "\n";
}

void print_document(const std::vector<ArchiveEntry>& entries, const std::string& problem) {
    auto archives = ordered_json::array();
    for (const auto& entry : entries)
        archives.push_back({{"name", entry.name.str()},
                            {"site", entry.name.site.str()},
                            {"time", entry.name.stamp},
                            {"kind", entry.kind},
                            {"size", entry.size},
                            {"path", entry.path}});
    ordered_json document{{"archives", archives}};
    if (!problem.empty()) document["errors"] = {{"repository", problem}};
    print_json(document);
}

/// A site of that name must be neither there nor described.
void require_absent(const Session& session, Registry& registry, const SiteName& site,
                    const std::string& data) {
    if (registry.sites.contains(site) || session.config().sites.contains(site) ||
        session.host().files.is_directory(data))
        throw Error(ErrorKind::conflict, "there is a site " + site.str() + " already",
                    "remove it first, with: wpns remove " + site.str());
}

/// Its settings must be fit for this host as it is now, with all other sites.
void require_settings(const Globals& globals, const Session& session, const ArchiveEntry& entry) {
    const auto settings = session.host().files.read(entry.path + "/" + apply::site_settings_file);
    if (!settings)
        throw Error(ErrorKind::missing,
                    entry.path + " holds no " + apply::site_settings_file +
                        ": the site had no file when it was removed",
                    "write one there, as for sites.d");
    const auto path = site_file(globals.config_dir, entry.name.site);
    const auto config = read_config(session.host().files, globals.config_dir,
                                    config::Source{path, settings->content});
    std::string text;
    for (const auto& problem : config.problems) text += config::describe(problem);
    if (!text.empty())
        throw Error(ErrorKind::config, text + "nothing was changed",
                    "put it right in " + entry.path + "/" + apply::site_settings_file);
}

/// Nobody else has got its account numbers meanwhile.
void require_numbers(Session& session, const ArchiveRecord& record) {
    const auto taken = session.host().accounts.taken_ids();
    for (const auto id : {record.allocation.uid, record.allocation.db_uid}) {
        const bool used = std::ranges::binary_search(taken, id) ||
                          std::ranges::any_of(session.registry().sites, [&](const auto& site) {
                              const auto& given = site.second.allocation;
                              return given.uid == id || given.db_uid == id;
                          });
        if (used)
            throw Error(ErrorKind::conflict,
                        "account number " + std::to_string(id) + ", which the files of " +
                            record.site.str() + " belong to, is in use",
                        "free it, then try again");
    }
}

/// Its own subnet where that is still free, another one where it is not. In a group the lowest free
/// address.
void settle_subnet(Session& session, const ArchiveEntry& entry, ArchiveRecord record) {
    const auto& config = session.config().host;
    const auto& facts = session.facts();
    auto& registry = session.registry();
    if (const auto& group = record.allocation.group; !group.empty()) {
        const auto place = allocate_place(config, registry, facts, record.site, group);
        if (!place) throw Error(ErrorKind::conflict, place.error());
        record.allocation.subnet = place->subnet;
        record.allocation.address = place->address;
        apply::write_record(session.host().files, entry.path, record);
        return;
    }
    const auto& own = record.allocation.subnet;
    if (allocate_subnet(config, registry, facts, record.site, own)) return;
    const auto other = allocate_subnet(config, registry, facts, record.site, std::nullopt);
    if (!other) throw Error(ErrorKind::conflict, other.error());
    record.allocation.subnet = *other;
    apply::write_record(session.host().files, entry.path, record);
}

ArchiveRecord require_record(const Session& session, const ArchiveEntry& entry) {
    auto record = apply::read_record(session.host().files, entry.path);
    if (!record || entry.kind == "unfinished")
        throw Error(
            ErrorKind::conflict,
            record ? entry.path + " is not whole" : entry.path + " holds no " + apply::record_file,
            "wpns archive purge " + entry.name.str() + " deletes it");
    if (record->site != entry.name.site)
        throw Error(ErrorKind::conflict, entry.path + " belongs to site " + record->site.str());
    return *record;
}

int make_site(const Globals& globals, const host::Host& host, const SiteName& site) {
    Session session(globals, host);
    const Scope scope{.only = {site}, .leaving = {}};
    const auto planned = make_plan(session, scope);
    return print_report(
        globals, planned,
        execute(session, planned, scope, apply_options(globals, planned.plan.actions.size())));
}

}  // namespace

int cmd_archive_list(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    auto entries = everything(session);
    std::string problem;
    try {
        for (auto& entry : in_repository(session, std::nullopt))
            entries.push_back(std::move(entry));
    } catch (const Error& error) {
        problem = printable(error.message());
        if (!globals.json) print_error(globals, error);
    }
    globals.json ? print_document(entries, problem) : print_table(entries);
    return problem.empty() ? done : failed;
}

int cmd_archive_purge(const Globals& globals, const host::Host& host,
                      const ArchiveOptions& options) {
    apply::Turn turn(host, "archive purge " + printable(options.name), sites_of(options.name),
                     lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    if (forget_deleted(session, options.name)) return done;
    const auto entry = find_anywhere(session, options.name, turn);
    if (!confirm("DESTROY " + entry.path + " for good?", options.yes)) return done;
    if (entry.path.starts_with(apply::repository_place))
        turn.share([&] { forget(session, entry); });
    else if (entry.kind == "backup")
        apply::purge_backup(host.files, entry.path);
    else
        apply::purge_archive(host.files, session.registry(), session.registry_file(), entry.path);
    return done;
}

int cmd_archive_restore(const Globals& globals, const host::Host& host,
                        const ArchiveOptions& options) {
    const auto lock = host.lock.take("archive restore " + printable(options.name),
                                     sites_of(options.name), lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto entry = find(session, options.name);
    const auto& site = entry.name.site;
    if (entry.kind == "backup")
        throw Error(ErrorKind::usage, entry.name.str() + " is a backup",
                    "wpns restore " + site.str() + " --at " + entry.name.stamp);
    const std::string data = session.config().host.data_dir + "/" + site.str();
    const auto record = require_record(session, entry);
    require_absent(session, session.registry(), site, data);
    require_settings(globals, session, entry);
    require_numbers(session, record);
    settle_subnet(session, entry, record);
    const apply::Intent intent{apply::Intent::Operation::archive_restore, site, entry.path, data,
                               site_file(globals.config_dir, site)};
    apply::Journal(host.files).begin(intent);
    apply::take_back(host.files, session.registry(), session.registry_file(), intent);
    return make_site(globals, host, site);
}

}  // namespace wpns::cli
