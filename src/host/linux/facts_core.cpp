#include "host/linux/facts_core.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "host/linux/files_list.hpp"

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

/// 6.1.9 out of the line `$wp_version = '6.1.9';`; empty where there is none.
std::string parse_version(std::string_view php) {
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

bool is_archive(std::string_view source) {
    constexpr std::array<std::string_view, 3> endings = {".zip", ".tar.gz", ".tar.xz"};
    return std::ranges::any_of(endings, [&](auto ending) { return source.ends_with(ending); });
}

std::optional<CoreFact> directory_fact(const std::string& source, const struct stat& directory) {
    const std::string path = source + "/wp-includes/version.php";
    const auto file = stat_path(path);
    const std::string version = parse_version(read_system_text(path));
    if (!file || version.empty()) return std::nullopt;
    const std::string digest =
        short_digest({source, version, time_text(*file), time_text(directory)});
    return CoreFact{source, version, version + "-" + digest};
}

}  // namespace

std::optional<CoreFact> core_fact(const std::string& source) {
    if (source.starts_with("https://")) return CoreFact{source, "", short_digest({source})};
    const auto info = stat_path(source);
    if (!info) return std::nullopt;
    if (S_ISDIR(info->st_mode)) return directory_fact(source, *info);
    if (!S_ISREG(info->st_mode) || !is_archive(source)) return std::nullopt;
    return CoreFact{source, "", short_digest({source, time_text(*info)})};
}

}  // namespace wpns::host::linux_os
