#include "apply/archive.hpp"

#include <algorithm>
#include <ctime>

#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

std::string kind_of(const host::Files& files, const std::string& path) {
    if (files.read(path + "/" + unfinished_file)) return "unfinished";
    const auto record = read_record(files, path);
    return std::string(to_string(record ? record->kind : ArchiveKind::removed));
}

/// The directories whose owner or mode the site itself may have changed are known as ours, so that
/// `sync` puts them right instead of refusing them.
SiteRecord record_of(const ArchiveRecord& archived, const std::string& data) {
    SiteRecord record;
    record.allocation = archived.allocation;
    record.allocation.subnet6.reset();  // another site may have it: chosen anew
    record.domain = archived.domain;
    const auto ours = [&](Kind kind, const char* part) {
        record.resources[{kind, data + part, archived.site.str()}] = pending;
    };
    for (const char* part : {"", "/www", "/tmp/php"}) ours(Kind::directory, part);
    ours(Kind::quota, "");
    for (const char* part : names::counted_apart) {
        ours(Kind::directory, part);
        ours(Kind::quota, part);
    }
    return record;
}

void drop_tombstone(Registry& registry, const std::string& path) {
    std::erase_if(registry.tombstones,
                  [&](const Tombstone& tombstone) { return tombstone.archive == path; });
}

}  // namespace

std::string utc_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32] = {};
    (void)std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

ArchiveName unused_name(const host::Files& files, const std::vector<std::string>& directories,
                        const SiteName& site) {
    ArchiveName name{site, utc_stamp()};
    const std::string first = name.stamp;
    const auto is_used = [&](const std::string& directory) {
        return files.is_directory(directory + "/" + name.str());
    };
    for (unsigned number = 2; std::ranges::any_of(directories, is_used); ++number)
        name.stamp = first + "-" + std::to_string(number);
    return name;
}

void write_record(host::Files& files, const std::string& data, const ArchiveRecord& record) {
    File file;
    file.content = to_text(record);
    file.mode = 0600;
    files.write(data + "/" + record_file, file);
}

std::optional<ArchiveRecord> read_record(const host::Files& files, const std::string& archive) {
    const std::string path = archive + "/" + record_file;
    const auto file = files.read(path);
    if (!file) return std::nullopt;
    auto record = parse_archive_record(file->content);
    if (!record)
        throw Error(ErrorKind::conflict, path + " cannot be used: " + record.error(),
                    "nothing was changed; files and database are in " + archive);
    return std::move(*record);
}

void keep_numbers(Registry& registry, const ArchiveRecord& record, const std::string& path) {
    drop_tombstone(registry, path);
    registry.tombstones.push_back(
        {record.site.str(), record.allocation.uid, record.allocation.db_uid, path});
}

void keep_numbers(const host::Files& files, Registry& registry, const std::string& directory,
                  const SiteName& site) {
    for (const auto& text : files.list(directory)) {
        const auto name = ArchiveName::parse(text);
        if (!name || name->site != site) continue;
        const std::string path = directory + "/" + text;
        try {
            if (const auto record = read_record(files, path)) keep_numbers(registry, *record, path);
        } catch (const Error&) {  // damaged since; what was reserved when it was made still is
        }
    }
}

void purge_data(host::Files& files, const std::string& directory) {
    for (const auto& name : files.list(directory)) {
        const std::string path = directory + "/" + name;
        if (!files.is_directory(path))
            files.remove_file(path);
        else if (const auto owner = files.stat_directory(path)->uid; owner != 0)
            files.purge_tree(path, owner);
        else
            purge_data(files, path);
    }
    files.remove_directory(directory);
}

std::vector<ArchiveEntry> archives_in(const host::Files& files, const std::string& directory) {
    std::vector<ArchiveEntry> entries;
    for (const auto& name : files.list(directory)) {
        const std::string path = directory + "/" + name;
        const auto parsed = ArchiveName::parse(name);
        if (!parsed || !files.is_directory(path)) continue;
        entries.push_back({*parsed, kind_of(files, path), path, files.tree_size(path)});
    }
    return entries;
}

void purge_archive(host::Files& files, Registry& registry, RegistryFile& file,
                   const std::string& path) {
    if (files.is_directory(path)) {
        // What is half deleted must not come back as a site.
        files.write(path + "/" + unfinished_file, File{});
        purge_data(files, path);
    }
    const auto before = registry.tombstones.size();
    drop_tombstone(registry, path);
    if (registry.tombstones.size() != before) file.save(registry);
}

void take_back(host::Files& files, Registry& registry, RegistryFile& file, const Intent& intent) {
    const bool moved = !files.is_directory(intent.path);
    const std::string& there = moved ? intent.data : intent.path;
    const auto archived = read_record(files, there);
    const auto settings = files.read(there + "/" + site_settings_file);
    if (!archived || !settings)
        throw Error(ErrorKind::conflict,
                    intent.site.str() + ": " + there + " holds no " +
                        (archived ? site_settings_file : record_file),
                    "put it back; or, when that data is gone for good, remove " +
                        Journal::path_of(intent.site));
    if (!registry.sites.contains(intent.site)) {
        registry.sites.emplace(intent.site, record_of(*archived, intent.data));
        file.save(registry);
    }
    if (!moved) files.rename(intent.path, intent.data);
    if (!files.read(intent.file)) {
        File site_file;
        site_file.content = settings->content;
        files.write(intent.file, site_file);
    }
    drop_tombstone(registry, intent.path);
    file.save(registry);
    Journal(files).end(intent.site);
}

}  // namespace wpns::apply
