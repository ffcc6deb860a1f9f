#pragma once

#include <optional>
#include <string>

#include "apply/backup.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// Where a backup is: in a directory, or in the repository.
struct BackupPlace {
    std::string path;  ///< empty where it is in the repository
    std::optional<apply::Snapshot> snapshot;

    /// The path, or "restic:" and the id of the snapshot.
    [[nodiscard]] std::string str() const;
};

/// The backup of `site` that `at` means: a stamp, an absolute path, "restic:ID"; the newest of all
/// where it is empty. Where a repository is configured it is asked as well, unless a directory is
/// the answer. Error{usage} where there is none.
[[nodiscard]] BackupPlace find_backup(Session& session, const SiteName& site,
                                      const std::string& at);

/// A backup that can be read from a directory for as long as this lives. `turn` holds the lock of
/// the site, and is there for as long.
class ReadableBackup {
  public:
    ReadableBackup(const Globals& globals, const host::Host& host, const SiteName& site,
                   apply::Turn& turn)
        : globals_(globals), host_(host), site_(site), turn_(turn) {}
    ReadableBackup(const ReadableBackup&) = delete;
    ReadableBackup& operator=(const ReadableBackup&) = delete;
    ~ReadableBackup();

    /// Finds the backup that `at` means, as find_backup; one in the repository is brought to a
    /// place of its own, while other verbs work on other sites.
    void open(const std::string& at);
    /// The directory that it can be read from.
    [[nodiscard]] const std::string& path() const { return path_; }
    /// As BackupPlace::str, also where it could not be opened; empty where it was not found.
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    void fetch(Session& session, const std::string& at);
    void settle() const;

    const Globals& globals_;
    const host::Host& host_;
    SiteName site_;
    apply::Turn& turn_;
    std::string path_;
    std::string name_;
    bool begun_ = false;
};

}  // namespace wpns::cli
