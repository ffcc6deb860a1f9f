#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apply/snapshot.hpp"
#include "host/host.hpp"
#include "model/manifest.hpp"

/// Backups in a repository of restic's: one snapshot with dump, files, settings and manifest is one
/// backup. restic only moves bytes between the repository and root's own files: nothing that a
/// repository says becomes a path.
namespace wpns::apply {

inline constexpr const char* restic_program = "/usr/bin/restic";
/// A backup in the repository is called this and the id of its snapshot where others have a path.
inline constexpr const char* repository_place = "restic:";

/// Where a backup of a site is on its way into the repository, or out of it.
[[nodiscard]] std::string staged_dir(const SiteName& site);
/// Ends what restic still does there for a run that was killed, and takes it away.
void discard_staged(const host::Host& host, const SiteName& site);

/// What must be known to use a repository.
struct RepositoryAccess {
    std::string url;                     ///< as in wpns.toml
    std::string password_file;           ///< root's alone
    std::string environment_file;        ///< the same; may be empty
    std::string lineage;                 ///< of this host's registry
    std::string unit;                    ///< text of the unit in which restic runs
    std::chrono::seconds patience{300};  ///< with another program's lock on the repository
};

class Repository {
  public:
    Repository(const host::Host& host, RepositoryAccess access)
        : host_(host), access_(std::move(access)) {}

    /// Error with the fix where restic, or ssh for an SFTP server, is not installed, or where a
    /// file with a secret is not there or not root's alone.
    void require_ready() const;

    /// The backups that this host has made of a site, or of all; those of other hosts in the same
    /// repository are not in it.
    [[nodiscard]] std::vector<Snapshot> list(const std::optional<SiteName>& site) const;

    /// The backup with that id or beginning of one, whichever host has made it. Error{missing}
    /// where there is none, or more than one.
    [[nodiscard]] Snapshot find(const std::string& id) const;

    /// Puts the backup that is in staged_dir(site) into the repository, then looks that all of it
    /// is there. On Error no snapshot of it is left, or one that `fetch` refuses.
    [[nodiscard]] Snapshot save(const Manifest& manifest) const;

    /// Reads a snapshot into the directory `to`, where it is a backup as any other. Error{conflict}
    /// where it is not what was written; nothing that a restore would use is there then.
    void fetch(const Snapshot& snapshot, const std::string& to) const;

    /// Takes snapshots out of the repository; their room is freed by `prune`.
    void forget(const std::vector<Snapshot>& snapshots) const;

    /// Frees the room of what no snapshot needs.
    void prune() const;

    [[nodiscard]] const std::string& url() const { return access_.url; }

  private:
    struct Run;
    [[nodiscard]] host::Process::Result run(const Run& what) const;
    [[nodiscard]] std::string ask(std::vector<std::string> arguments) const;
    void change(const std::vector<std::string>& arguments) const;
    void forget_unfinished(const Manifest& manifest) const;
    [[nodiscard]] host::Process::Result dump(
        const Snapshot& snapshot, const char* file,
        const std::function<void(std::string_view)>& output) const;
    [[nodiscard]] std::string read_small(const Snapshot& snapshot, const char* file) const;
    void read_part(const Snapshot& snapshot, const char* part, const BackupPart& wanted,
                   const std::string& to) const;
    [[noreturn]] void fail(const std::string& verb, const host::Process::Result& result) const;

    const host::Host& host_;
    RepositoryAccess access_;
};

/// The scheduled ones of `all` that are not among the newest `keep`. `made` is the newest of them
/// whatever the clock says.
[[nodiscard]] std::vector<Snapshot> too_old(std::vector<Snapshot> all, const std::string& made,
                                            unsigned keep);

}  // namespace wpns::apply
