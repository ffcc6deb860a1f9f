#pragma once

#include <string>

#include "apply/journal.hpp"
#include "apply/repository.hpp"
#include "apply/turn.hpp"
#include "host/host.hpp"
#include "model/archive.hpp"
#include "model/manifest.hpp"

/// Backups: one directory DIRECTORY/NAME-STAMP with the dump of the database, the files of the
/// site, its settings and, written last, the manifest. Root moves bytes; what makes and what reads
/// them runs in a sandbox.
namespace wpns::apply {

inline constexpr const char* backup_dir = "/var/lib/wpns/backups";
inline constexpr const char* manifest_file = "manifest.toml";
inline constexpr const char* database_part = "database.sql";
inline constexpr const char* files_part = "files.tar";

/// The path of a part in a directory; the name of one that is compressed says so.
[[nodiscard]] std::string part_path(const std::string& directory, const char* part, bool plain);

/// What a backup is made of.
struct BackupSource {
    SiteName site;
    std::string domain;
    CoreMode core = CoreMode::managed;
    std::string wordpress;  ///< versions, for display
    std::string php;
    std::string sandbox;   ///< unit text of the site's exec sandbox
    std::string settings;  ///< text of the site's file
    std::string archive_dir;
    bool scheduled = false;
};

/// What was counted in a backup when it was read.
struct BackupCounts {
    std::uint64_t tables = 0;  ///< that the dump makes
    std::uint64_t files = 0;   ///< files, directories and links
};

struct Backup {
    std::string path;
    Manifest manifest;
    BackupCounts counts{};  ///< filled by check_backup
};

/// Makes a backup while the site serves. The directory has its final name when all of it is on the
/// disk, and is not there otherwise. With `turn` other verbs work on other sites meanwhile.
[[nodiscard]] Backup make_backup(const host::Host& host, const BackupSource& source,
                                 const std::string& directory, Turn* turn);

/// The same into a repository; the snapshot is there when all of it is. Its path is
/// `repository_place` and the snapshot's id.
[[nodiscard]] Backup save_backup(const host::Host& host, const BackupSource& source,
                                 const Repository& repository, Turn& turn);

/// Takes away what an interrupted backup, or the reading of one in a repository, has left, and ends
/// its intent.
void settle_backup(const host::Host& host, const Intent& intent);

/// Deletes a backup: it loses its name first.
void purge_backup(host::Files& files, const std::string& path);

/// Deletes the backups of `made`'s site that the schedule has made, all but the newest `keep`. What
/// was made by hand, what cannot be read and `made` itself stay, whatever the clock says.
void keep_newest(host::Files& files, const Backup& made, unsigned keep);

/// The manifest of the backup in `path`. Error{missing} where there is none, Error{conflict} where
/// it is damaged.
[[nodiscard]] Manifest read_manifest(const host::Files& files, const std::string& path);

/// Reads all of a backup: digests, the list of its files (by tar in the sandbox `reader`: nothing
/// but files, directories and symbolic links), the end of its dump. Throws Error{conflict} with the
/// part that is not as it was written.
[[nodiscard]] Backup check_backup(const host::Host& host, const std::string& path,
                                  const std::string& reader);

}  // namespace wpns::apply
