#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/backup_stream.hpp"
#include "apply/repository.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"

namespace wpns::apply {
namespace {

constexpr std::size_t largest_small_file = 1U << 20U;
constexpr std::uint64_t left_to_sites = 1ULL << 30U;

Error damaged(const Snapshot& snapshot, const std::string& reason) {
    return Error(ErrorKind::conflict,
                 "backup " + snapshot.name.str() + " (snapshot " + snapshot.id +
                     ") cannot be used: " + reason,
                 "nothing was changed; take another backup: wpns archive list");
}

/// A gigabyte is left to the sites.
void require_room(const host::Files& files, const Manifest& manifest) {
    const std::uint64_t needed = manifest.files.size + manifest.database.size + left_to_sites;
    const std::uint64_t there = files.free_bytes(backup_dir);
    if (there < needed)
        throw Error(ErrorKind::failed,
                    std::string(backup_dir) + " has room for " + std::to_string(there >> 20U) +
                        " MiB, and to read that backup takes " + std::to_string(needed >> 20U));
}

void write(host::Files& files, const std::string& path, std::string content) {
    File file;
    file.content = std::move(content);
    file.mode = 0600;
    files.write(path, file);
}

}  // namespace

std::string Repository::read_small(const Snapshot& snapshot, const char* file) const {
    std::string content;
    const auto result = dump(snapshot, file, [&](std::string_view bytes) {
        if (content.size() + bytes.size() > largest_small_file)
            throw damaged(snapshot, std::string(file) + " is too large");
        content += bytes;
    });
    if (result.status != 0) throw damaged(snapshot, std::string(file) + ": " + said(result));
    return content;
}

void Repository::read_part(const Snapshot& snapshot, const char* part, const BackupPart& wanted,
                           const std::string& to) const {
    const auto writer = host_.parts.create(to, wanted.size);
    const auto result = dump(snapshot, part, [&](std::string_view bytes) { writer->write(bytes); });
    if (result.status != 0) throw damaged(snapshot, std::string(part) + ": " + said(result));
    if (writer->finish() != wanted)
        throw damaged(snapshot, std::string(part) + " is not what was written");
}

void Repository::fetch(const Snapshot& snapshot, const std::string& to) const {
    // Before restic runs: what a killed run has left is looked for where this is.
    host_.files.make_directory(to, Directory{0, 0, 0700});
    const auto text = read_small(snapshot, manifest_file);
    const auto manifest = parse_manifest(text);
    if (!manifest) throw damaged(snapshot, std::string(manifest_file) + ": " + manifest.error());
    if (!manifest->plain || manifest->site != snapshot.name.site ||
        manifest->created != snapshot.name.stamp)
        throw damaged(snapshot, "its manifest is that of another backup");
    require_room(host_.files, *manifest);
    auto settings = read_small(snapshot, site_settings_file);
    if (sha256_hex(settings) != manifest->settings_sha256)
        throw damaged(snapshot, std::string(site_settings_file) + " is not what was written");
    write(host_.files, to + "/" + site_settings_file, std::move(settings));
    read_part(snapshot, database_part, manifest->database, part_path(to, database_part, true));
    read_part(snapshot, files_part, manifest->files, part_path(to, files_part, true));
    write(host_.files, to + "/" + manifest_file, text);
}

}  // namespace wpns::apply
