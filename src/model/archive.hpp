#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "model/registry.hpp"
#include "model/site_name.hpp"

namespace wpns {

/// "20261122T055500Z", and "20261122T055500Z-2" for the second one of that second.
[[nodiscard]] bool is_stamp(std::string_view text);
/// Of two stamps: the tenth of one second comes after the second one.
[[nodiscard]] bool is_older(std::string_view one, std::string_view other);

/// NAME-STAMP: the name of an archive and of a backup, so no path can be hidden in it.
struct ArchiveName {
    SiteName site;
    std::string stamp;

    [[nodiscard]] static std::expected<ArchiveName, std::string> parse(std::string_view text);
    [[nodiscard]] std::string str() const { return site.str() + "-" + stamp; }
    auto operator<=>(const ArchiveName&) const = default;
};

/// Why data is in the archive.
enum class ArchiveKind {
    removed,   ///< its site was removed
    replaced,  ///< another state of the site took its place
};
[[nodiscard]] std::string_view to_string(ArchiveKind kind);

/// What an archive says of itself (record.toml): all that its site had been given, so that it comes
/// back with the same accounts and secrets.
struct ArchiveRecord {
    ArchiveKind kind = ArchiveKind::removed;
    SiteName site;
    std::string created;  ///< a stamp
    std::string domain;
    Allocation allocation;
    bool operator==(const ArchiveRecord&) const = default;
};

/// As CheckedText.
[[nodiscard]] std::string to_text(const ArchiveRecord& record);
[[nodiscard]] std::expected<ArchiveRecord, std::string> parse_archive_record(std::string_view text);

}  // namespace wpns
