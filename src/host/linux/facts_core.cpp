#include "host/linux/facts_core.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/archives_linux.hpp"
#include "host/linux/files_list.hpp"
#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t kDigits = 8;
constexpr std::size_t kLongestVersion = 32;

std::optional<struct stat> stat_path(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return info;
}

std::string time_text(const struct stat& info) {
    return std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

/// The first hex digits of a digest over the lines.
std::string short_digest(const std::vector<std::string>& lines) {
    return sha256_hex(join(lines, "\n")).substr(0, kDigits);
}

/// It becomes a part of a path.
bool is_version(std::string_view text) {
    return !text.empty() && text.size() <= kLongestVersion && text.front() >= '0' &&
           text.front() <= '9' && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-';
           });
}

bool is_archive(std::string_view source) {
    constexpr std::array<std::string_view, 3> endings = {".zip", ".tar.gz", ".tar.xz"};
    return std::ranges::any_of(endings, [&](auto ending) { return source.ends_with(ending); });
}

std::expected<CoreFact, std::string> directory_fact(const CoreSource& wanted,
                                                    const struct stat& directory) {
    const std::string& source = wanted.source;
    if (!wanted.sha256.empty())
        return std::unexpected(source +
                               " is a directory, wordpress.sha256 is that of an archive (leave it "
                               "out)");
    const std::string path = source + "/wp-includes/version.php";
    const auto file = stat_path(path);
    const std::string version = wordpress_version(read_system_text(path));
    if (!file || version.empty()) return std::unexpected(source + " holds no WordPress");
    const std::string digest =
        short_digest({source, version, time_text(*file), time_text(directory)});
    return CoreFact{source, version, version + "-" + digest};
}

CoreFact sealed(const std::string& source, const std::string& sha256) {
    return {source, "", names::core_id(sha256), sha256};
}

std::expected<CoreFact, std::string> archive_fact(const CoreSource& wanted) {
    const auto& [source, sha256] = wanted;
    if (!is_archive(source))
        return std::unexpected(source +
                               " is neither a directory nor a .zip, .tar.gz or .tar.xz file");
    try {
        const auto found = sha256_of_file(source);
        if (!found && sha256.empty()) return std::unexpected(source + " does not exist");
        if (found && !sha256.empty() && *found != sha256)
            return std::unexpected(source + " has the SHA-256 " + *found +
                                   ", wordpress.sha256 is " + sha256 +
                                   " (take the archive that was meant, or correct the sum)");
        return sealed(source, found.value_or(sha256));
    } catch (const Error& error) {
        return std::unexpected(
            error.message() + " (" +
            (error.remedy().empty() ? "chown root, chmod go-w" : error.remedy()) + ")");
    }
}

}  // namespace

std::string wordpress_version(std::string_view php) {
    constexpr std::string_view name = "$wp_version";
    for (auto line : split(php, '\n')) {
        line = trim(line);
        if (!line.starts_with(name)) continue;
        line = trim(line.substr(name.size()));
        if (!line.starts_with('=')) continue;
        line = trim(line.substr(1));
        if (line.empty() || (line.front() != '\'' && line.front() != '"')) continue;
        const auto end = line.find(line.front(), 1);
        if (end == std::string_view::npos) continue;
        const auto text = line.substr(1, end - 1);
        if (is_version(text)) return std::string(text);
    }
    return {};
}

std::expected<CoreFact, std::string> core_fact(const CoreSource& wanted) {
    if (wanted.source.starts_with("https://")) {
        if (wanted.sha256.empty())
            return std::unexpected(wanted.source + " needs wordpress.sha256");
        return sealed(wanted.source, wanted.sha256);
    }
    const auto info = stat_path(wanted.source);
    if (info && S_ISDIR(info->st_mode)) return directory_fact(wanted, *info);
    return archive_fact(wanted);
}

}  // namespace wpns::host::linux_os
