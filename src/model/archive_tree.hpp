#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// What the unpacker (share/php/unpack.php) writes: for each regular file one line
/// "SIZE MTIME PATH" and then SIZE bytes, at the end the line "end". Links, devices, owners and
/// modes have no words here. It has read hostile bytes, so nothing that it says is believed.
struct ArchiveFile {
    std::uint64_t size = 0;
    std::int64_t mtime = 0;  ///< seconds since 1970
    std::string path;        ///< relative, in normal form, without control bytes
    bool operator==(const ArchiveFile&) const = default;
};

/// What one tree may have at most.
inline constexpr std::size_t max_tree_files = 100'000;
inline constexpr std::uint64_t max_tree_bytes = 2ULL << 30U;
/// The longest line of a record.
inline constexpr std::size_t max_record_line = 1200;

/// The line of a record, without the newline, or why it is refused.
[[nodiscard]] std::expected<ArchiveFile, std::string> parse_archive_file(std::string_view line);

/// Where WordPress is in the archive: "" or "wordpress/". The reason where it holds too much, a
/// name twice, no WordPress, or something beside its top directory.
[[nodiscard]] std::expected<std::string, std::string> wordpress_root(
    const std::vector<ArchiveFile>& files);

}  // namespace wpns
