#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/backup_stream.hpp"
#include "apply/sandbox.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"

namespace wpns::apply {
namespace {

constexpr const char* remedy = "nothing was changed; take another backup: wpns archive list";

Error damaged(const std::string& path, const std::string& reason) {
    return Error(ErrorKind::conflict, path + " cannot be used: " + reason, remedy);
}

void compare(const std::string& path, const BackupPart& wanted, const BackupPart& found) {
    if (wanted != found) throw damaged(path, "it is not what was written");
}

/// Gives the number of its tables.
std::uint64_t check_database(const host::Host& host, const std::string& path,
                             const BackupPart& part) {
    const auto reader = host.parts.open(path, part.size);
    DumpEnd end;
    DumpTables tables;
    for (auto bytes = reader->read(); !bytes.empty(); bytes = reader->read()) {
        end.add(bytes);
        tables.add(bytes);
    }
    compare(path, part, reader->summary());
    if (!end.found()) throw damaged(path, "the dump does not come to its end");
    return tables.count();
}

/// Of tar's list only the first character of each line is looked at: the type.
class Listing {
  public:
    void add(std::string_view bytes) {
        for (const char c : bytes) {
            if (at_start_ && c != '-' && c != 'd' && c != 'l') ++foreign_;
            if (at_start_) ++entries_;
            at_start_ = c == '\n';
        }
    }
    [[nodiscard]] std::uint64_t entries() const { return entries_; }
    [[nodiscard]] std::uint64_t foreign() const { return foreign_; }

  private:
    bool at_start_ = true;
    std::uint64_t entries_ = 0;
    std::uint64_t foreign_ = 0;
};

/// Gives the number of its entries.
std::uint64_t check_files(const host::Host& host, const std::string& path, const BackupPart& part,
                          const std::string& sandbox) {
    constexpr std::uint64_t most_entries = 20'000'000;
    const auto reader = host.parts.open(path, part.size);
    auto command = sandboxed(
        sandbox, {"/usr/bin/tar", "--list", "--verbose", "--quoting-style=escape", "--file=-"},
        Terminal::pipes, longest_step);
    Listing listing;
    command.feed = [&] { return reader->read(); };
    command.output = [&](std::string_view bytes) { listing.add(bytes); };
    const auto result = host.process.run(command);
    while (!reader->read().empty()) {
    }
    compare(path, part, reader->summary());
    if (result.status != 0) throw damaged(path, "tar cannot list it: " + said(result));
    if (listing.foreign() > 0 || listing.entries() == 0 || listing.entries() > most_entries)
        throw damaged(path, "it holds something else than files, directories and links");
    return listing.entries();
}

}  // namespace

Manifest read_manifest(const host::Files& files, const std::string& path) {
    const std::string place = path + "/" + manifest_file;
    const auto file = files.read(place);
    if (!file) throw Error(ErrorKind::missing, path + " is no backup: it holds no manifest.toml");
    auto manifest = parse_manifest(file->content);
    if (!manifest) throw damaged(place, manifest.error());
    return std::move(*manifest);
}

Backup check_backup(const host::Host& host, const std::string& path, const std::string& reader) {
    Backup backup{path, read_manifest(host.files, path)};
    const auto& manifest = backup.manifest;
    const auto settings = host.files.read(path + "/" + site_settings_file);
    if (!settings || sha256_hex(settings->content) != manifest.settings_sha256)
        throw damaged(path + "/" + site_settings_file, "it is not what was written");
    backup.counts.tables =
        check_database(host, part_path(path, database_part, manifest.plain), manifest.database);
    backup.counts.files =
        check_files(host, part_path(path, files_part, manifest.plain), manifest.files, reader);
    return backup;
}

}  // namespace wpns::apply
