#include "model/archive_tree.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.hpp"

namespace wpns {
namespace {

constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_name = 255;
constexpr std::size_t deepest = 32;
constexpr std::string_view version_file = "wp-includes/version.php";

/// Decimal digits alone, up to the end of what the type holds.
template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return !text.empty() && text.front() != '-' && result.ec == std::errc() && result.ptr == end;
}

/// Empty for a path that can be made below a directory.
std::string path_problem(std::string_view path) {
    if (path.empty()) return "a name is empty";
    if (path.size() > longest_path) return "a name is longer than 1024 bytes";
    const auto is_control = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    };
    const std::string shown = printable(path);
    if (std::ranges::any_of(path, is_control)) return "a name has control bytes: " + shown;
    const auto parts = split(path, '/');
    if (parts.size() > deepest) return "it is more than 32 directories deep: " + shown;
    for (const auto part : parts) {
        if (part.empty() || part == "." || part == "..")
            return "a name leads out of the archive or is not in normal form: " + shown;
        if (part.size() > longest_name) return "a name is longer than 255 bytes: " + shown;
    }
    return {};
}

/// The one directory that everything is in, with its slash; empty where there is none.
std::string only_top(const std::vector<ArchiveFile>& files) {
    if (files.empty()) return {};
    const std::string& first = files.front().path;
    const std::string top = first.substr(0, first.find('/')) + "/";
    const bool all = std::ranges::all_of(
        files, [&](const ArchiveFile& file) { return file.path.starts_with(top); });
    return all ? top : std::string();
}

std::string budget_problem(const std::vector<ArchiveFile>& files) {
    if (files.size() > max_tree_files) return "it has more than 100000 files";
    std::uint64_t bytes = 0;
    for (const auto& file : files) {
        if (file.size > max_tree_bytes - bytes) return "it has more than 2 GiB";
        bytes += file.size;
    }
    return {};
}

}  // namespace

std::expected<ArchiveFile, std::string> parse_archive_file(std::string_view line) {
    const auto parts = split(line, ' ');
    ArchiveFile file;
    if (parts.size() < 3 || !read_number(parts[0], file.size) || !read_number(parts[1], file.mtime))
        return std::unexpected("the unpacker wrote nonsense");
    file.path = line.substr(parts[0].size() + parts[1].size() + 2);
    if (auto problem = path_problem(file.path); !problem.empty())
        return std::unexpected(std::move(problem));
    return file;
}

std::expected<std::string, std::string> wordpress_root(const std::vector<ArchiveFile>& files) {
    if (auto problem = budget_problem(files); !problem.empty())
        return std::unexpected(std::move(problem));
    std::set<std::string_view> paths;
    for (const auto& file : files)
        if (!paths.insert(file.path).second)
            return std::unexpected("it has a name twice: " + printable(file.path));
    if (paths.contains(version_file)) return "";
    std::string top = only_top(files);
    if (top.empty())
        return std::unexpected(
            "it has neither wp-includes/version.php nor one single top directory");
    if (!paths.contains(top + std::string(version_file)))
        return std::unexpected("it holds no WordPress: " + printable(top) +
                               "wp-includes/version.php is missing");
    return top;
}

}  // namespace wpns
