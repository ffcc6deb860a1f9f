#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/archive.hpp"
#include "model/manifest.hpp"

/// What restic says of a repository, and what we say of a backup in one: its tags.
namespace wpns::apply {

/// A backup in a repository.
struct Snapshot {
    std::string id;  ///< 64 hex digits
    ArchiveName name;
    std::string lineage;     ///< of the registry of the host that made it
    bool scheduled = false;  ///< as in a manifest
    std::uint64_t size = 0;  ///< bytes of files and database, before restic has compressed them
    bool operator==(const Snapshot&) const = default;
};

/// The tags of a backup of this host, as restic takes them: one text, a comma between two.
[[nodiscard]] std::string tags_of(const std::string& lineage, const Manifest& manifest);
/// The tags that all backups of this host have, or all of one of its sites.
[[nodiscard]] std::string tags_of(const std::string& lineage, const std::optional<SiteName>& site);

/// The snapshots in what `restic snapshots --json` prints that are backups of ours, on whatever
/// host they were made; others are left out. The reason where the text is none of restic's.
[[nodiscard]] std::expected<std::vector<Snapshot>, std::string> parse_snapshots(
    std::string_view text);

/// One snapshot with its files, by path, as `restic ls --json` prints them.
struct SnapshotContent {
    Snapshot snapshot;
    std::map<std::string, std::uint64_t> files;  ///< bytes
};
/// The reason where the text is none of restic's, and where the snapshot is no backup of ours.
[[nodiscard]] std::expected<SnapshotContent, std::string> parse_content(std::string_view text);

/// "1a2b3c4d" or more of the 64 digits.
[[nodiscard]] bool is_snapshot_id(std::string_view text);

}  // namespace wpns::apply
