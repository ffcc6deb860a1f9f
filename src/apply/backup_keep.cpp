#include <algorithm>
#include <cstddef>
#include <iterator>

#include "apply/backup.hpp"
#include "base/error.hpp"

namespace wpns::apply {
namespace {

constexpr const char* going = ".purged";

bool is_scheduled(const host::Files& files, const std::string& path) {
    try {
        return read_manifest(files, path).scheduled;
    } catch (const Error&) {
        return false;
    }
}

std::string path_of(const ArchiveName& name) {
    return std::string(backup_dir) + "/" + name.str();
}

/// The schedule's backups of the same site.
std::vector<ArchiveName> others_of(const host::Files& files, const Backup& made) {
    std::vector<ArchiveName> names;
    for (const auto& text : files.list(backup_dir)) {
        const auto name = ArchiveName::parse(text);
        if (name && name->site == made.manifest.site && path_of(*name) != made.path &&
            is_scheduled(files, path_of(*name)))
            names.push_back(*name);
    }
    return names;
}

/// What a run that was killed has left half deleted.
void purge_nameless(host::Files& files) {
    for (const auto& name : files.list(backup_dir))
        if (name.starts_with('.') && name.ends_with(going))
            files.purge_trusted_tree(std::string(backup_dir) + "/" + name);
}

}  // namespace

void purge_backup(host::Files& files, const std::string& path) {
    const auto slash = path.rfind('/') + 1;
    const std::string nameless = path.substr(0, slash) + "." + path.substr(slash) + going;
    files.rename(path, nameless);
    files.purge_trusted_tree(nameless);
}

void keep_newest(host::Files& files, const Backup& made, unsigned keep) {
    purge_nameless(files);
    auto names = others_of(files, made);
    std::ranges::sort(names, is_older, &ArchiveName::stamp);
    const auto kept = std::min<std::ptrdiff_t>(std::ssize(names), std::ptrdiff_t{keep} - 1);
    names.erase(names.end() - kept, names.end());
    for (const auto& name : names) purge_backup(files, path_of(name));
}

}  // namespace wpns::apply
