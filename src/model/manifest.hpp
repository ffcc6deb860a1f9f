#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "model/site_config.hpp"
#include "model/site_name.hpp"

namespace wpns {

/// One file of a backup.
struct BackupPart {
    std::uint64_t size = 0;    ///< bytes before compression
    std::uint64_t packed = 0;  ///< bytes on disk
    std::string sha256;        ///< of the bytes on disk
    bool operator==(const BackupPart&) const = default;
};

/// What a backup is (manifest.toml): written last, so where it stands, all is there.
struct Manifest {
    SiteName site;
    std::string created;  ///< a stamp
    std::string domain;
    CoreMode core = CoreMode::managed;  ///< "managed": wp-content alone is in it
    std::string wordpress;              ///< version, for display
    std::string php;                    ///< version, for display
    bool scheduled = false;             ///< one of those that are deleted when newer ones are there
    bool plain = false;                 ///< the parts are not compressed: a repository does that
    bool changed = false;               ///< files changed, vanished or could not be read meanwhile
    BackupPart database;
    BackupPart files;
    std::string settings_sha256;  ///< of site.toml
    bool operator==(const Manifest&) const = default;
};

/// As CheckedText.
[[nodiscard]] std::string to_text(const Manifest& manifest);
[[nodiscard]] std::expected<Manifest, std::string> parse_manifest(std::string_view text);

}  // namespace wpns
