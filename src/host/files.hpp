#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/resource.hpp"
#include "model/stamp.hpp"

namespace wpns::host {

/// What becomes of blocks of zeros in a copy: `dig` makes them holes, at the price of looking at
/// all that is in it. It reads the same, and every copy of that copy is as small.
enum class Zeros { keep, dig };

/// Root-world files and directories: every component of a path belongs to root and nobody else can
/// write it.
class Files {
  public:
    virtual ~Files() = default;
    /// Nothing where the path does not exist. A path of another type (a directory where a file is
    /// asked for) is an error.
    [[nodiscard]] virtual std::optional<File> read(const std::string& path) const = 0;
    [[nodiscard]] virtual std::optional<Directory> stat_directory(
        const std::string& path) const = 0;
    /// False for everything that is no directory, or not there.
    [[nodiscard]] virtual bool is_directory(const std::string& path) const = 0;
    /// Those of these files that are there, by path, each as `read` gives it; every directory is
    /// walked to once.
    [[nodiscard]] virtual std::map<std::string, File> read_many(
        std::span<const std::string> paths) const {
        std::map<std::string, File> found;
        for (const auto& path : paths)
            if (auto file = read(path)) found.emplace(path, std::move(*file));
        return found;
    }
    /// The stamps of these paths, which are looked at and not read; links are not followed. An
    /// Error where `read` has one because of a directory above.
    [[nodiscard]] virtual Stamps stamps(std::span<const std::string> paths) const = 0;
    /// Names in a directory, sorted; empty where it does not exist. Looks at the top only.
    [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) const = 0;
    /// Atomic and durable: random name beside it, fsync, rename, fsync of the directory. Before or
    /// after, never between.
    virtual void write(const std::string& path, const File& file) = 0;
    /// The same for several by path, in one go: each is durable when this returns. When it throws,
    /// some may be written, each of them whole.
    virtual void write_many(const std::map<std::string, File>& files) {
        for (const auto& [path, file] : files) write(path, file);
    }
    /// Creates it or corrects owner and mode; missing parents are made root's, 0755.
    virtual void make_directory(const std::string& path, const Directory& directory) = 0;
    /// Absent is fine. What a killed run has staged beside it goes as well.
    virtual void remove_file(const std::string& path) = 0;
    /// Takes away what a killed run has staged in a directory; one that is not there is fine. Only
    /// under the lock: what a run is just writing looks the same.
    virtual void sweep(const std::string& directory) = 0;
    virtual void remove_directory(const std::string& path) = 0;  ///< empty only; absent is fine
    /// One rename within a filesystem, durable; `to` must not exist.
    virtual void rename(const std::string& from, const std::string& to) = 0;
    /// Two directories of one filesystem change places in one step, durable with all that is below
    /// them: before or after, never between.
    virtual void exchange(const std::string& one, const std::string& other) = 0;
    /// Bytes on disk of everything below a directory; a tree that root does not own is looked at as
    /// its owner. What cannot be read does not count.
    [[nodiscard]] virtual std::uint64_t tree_size(const std::string& directory) const = 0;
    /// Bytes that root can still write on the filesystem of a directory.
    [[nodiscard]] virtual std::uint64_t free_bytes(const std::string& directory) const = 0;
    /// Deletes everything below a directory that `uid` owns, as that uid (gid alike), then the
    /// empty directory as root.
    virtual void purge_tree(const std::string& directory, std::uint32_t uid) = 0;
    /// Copies a trusted, root-owned tree to `to`, links resolved, names in `skip` (relative paths)
    /// left out, as root:root 0755/0644 with the times of the originals; built beside it and
    /// renamed, so `to` is whole or not there.
    virtual void copy_trusted_tree(const std::string& from, const std::string& to,
                                   const std::vector<std::string>& skip) = 0;
    virtual void purge_trusted_tree(const std::string& directory) = 0;
    /// Copies a tree of files and directories that `from_uid` alone owns, and in which nobody is
    /// writing, to `to` as `to_uid`'s own (gid alike): blocks shared where the filesystem can,
    /// holes kept; built beside it and renamed, so `to` is whole or not there. Several may be
    /// cloned at the same time.
    virtual void clone_tree(const std::string& from, std::uint32_t from_uid, const std::string& to,
                            std::uint32_t to_uid, Zeros zeros) = 0;
    /// Puts a copy of a trusted, root-owned tree in the place of an empty directory, as that one's
    /// owner's and with its mode, files with the times of the originals; whole or not at all.
    /// Throws Error{conflict} where the directory is not empty. Beside others, as `clone_tree`.
    virtual void fill_directory(const std::string& from, const std::string& to) = 0;
    /// "net.ipv4.ip_forward", without the newline.
    [[nodiscard]] virtual std::string sysctl(const std::string& key) const = 0;
    virtual void set_sysctl(
        const std::string& key,
        const std::string& value) = 0;  ///< "net.ipv4.ip_forward"; only on difference
};

}  // namespace wpns::host
