#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apply/journal.hpp"
#include "apply/registry_file.hpp"
#include "host/host.hpp"
#include "model/archive.hpp"

/// Data that no site uses any more: each archive is one directory ARCHIVE_DIR/NAME-STAMP that holds
/// files and database as the site had them, its settings (site.toml) and what it had been given
/// (record.toml).
namespace wpns::apply {

inline constexpr const char* record_file = "record.toml";
inline constexpr const char* site_settings_file = "site.toml";
/// Stands in a directory that is still being built by a restore, and goes live with it.
inline constexpr const char* unfinished_file = "unfinished";

/// The time now as a stamp.
[[nodiscard]] std::string utc_stamp();
/// NAME-STAMP that is in none of these directories: with a number where there is one of the same
/// second. Archives and backups are told apart by their names alone, so no two have the same.
[[nodiscard]] ArchiveName unused_name(const host::Files& files,
                                      const std::vector<std::string>& directories,
                                      const SiteName& site);

/// Writes record.toml into a data directory that is about to become an archive.
void write_record(host::Files& files, const std::string& data, const ArchiveRecord& record);
/// record.toml of an archive; nothing where there is none. Error{conflict} where it is damaged.
[[nodiscard]] std::optional<ArchiveRecord> read_record(const host::Files& files,
                                                       const std::string& archive);

/// Reserves the account numbers of the archive at `path` as long as it is there, whatever becomes
/// of its site: its files belong to them. Not saved.
void keep_numbers(Registry& registry, const ArchiveRecord& record, const std::string& path);
/// The same for all archives of a site in a directory, so that also one which a run has moved there
/// right before it was ended is known.
void keep_numbers(const host::Files& files, Registry& registry, const std::string& directory,
                  const SiteName& site);

/// Everything below root's `directory`, each tree by the account that owns it: root never walks
/// inside one.
void purge_data(host::Files& files, const std::string& directory);

/// One line of `wpns archive list`.
struct ArchiveEntry {
    ArchiveName name;
    std::string kind;  ///< "removed", "replaced", "unfinished" or "backup"
    std::string path;
    std::uint64_t size = 0;  ///< bytes on disk
};
/// All archives in a directory, by name; what has another kind of name is not in it.
[[nodiscard]] std::vector<ArchiveEntry> archives_in(const host::Files& files,
                                                    const std::string& directory);

/// Deletes an archive for good and frees the numbers that were kept for it.
void purge_archive(host::Files& files, Registry& registry, RegistryFile& file,
                   const std::string& path);

/// Brings the data of a removed site back: its record, one rename, its settings. What is then still
/// missing is what `sync` makes. Can be called again after any interruption; ends the intent.
void take_back(host::Files& files, Registry& registry, RegistryFile& file, const Intent& intent);

}  // namespace wpns::apply
