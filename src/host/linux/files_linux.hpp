#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Files by directory descriptors; every path is walked through the root world (path_walk.hpp).
/// A symbolic link has no mode of its own and is read with that of a default File.
///
/// Writers hold the lock of lock_file.hpp: temporary files of an interrupted run are removed from a
/// directory at the first write into it. All functions may be called from several threads.
class LinuxFiles final : public Files {
  public:
    [[nodiscard]] std::optional<File> read(const std::string& path) const override;
    [[nodiscard]] std::map<std::string, File> read_many(
        std::span<const std::string> paths) const override;
    [[nodiscard]] Stamps stamps(std::span<const std::string> paths) const override;
    [[nodiscard]] std::optional<Directory> stat_directory(const std::string& path) const override;
    [[nodiscard]] bool is_directory(const std::string& path) const override;
    [[nodiscard]] std::vector<std::string> list(const std::string& directory) const override;
    void write(const std::string& path, const File& file) override;
    void write_many(const std::map<std::string, File>& files) override;
    void make_directory(const std::string& path, const Directory& directory) override;
    void remove_file(const std::string& path) override;
    void sweep(const std::string& directory) override;
    void remove_directory(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    void exchange(const std::string& one, const std::string& other) override;
    [[nodiscard]] std::uint64_t tree_size(const std::string& directory) const override;
    [[nodiscard]] std::uint64_t free_bytes(const std::string& directory) const override;
    void purge_tree(const std::string& directory, std::uint32_t uid) override;
    void copy_trusted_tree(const std::string& from, const std::string& to,
                           const std::vector<std::string>& skip) override;
    void purge_trusted_tree(const std::string& directory) override;
    void clone_tree(const std::string& from, std::uint32_t from_uid, const std::string& to,
                    std::uint32_t to_uid, Zeros zeros) override;
    void fill_directory(const std::string& from, const std::string& to) override;
    [[nodiscard]] std::string sysctl(const std::string& key) const override;
    void set_sysctl(const std::string& key, const std::string& value) override;

  private:
    /// Removes leftovers once a run, before this run makes temporary names of its own there.
    void sweep_once(int directory, const std::string& shown);
    /// Some of the files of write_many, batch after batch.
    void write_part(std::span<const std::pair<const std::string, File>* const> files);

    std::mutex swept_mutex_;
    std::set<std::string> swept_;
};

/// The registry is the largest file: some kilobytes a site.
inline constexpr std::size_t max_file_size = 64U << 20;

[[nodiscard]] std::unique_ptr<Files> make_files();

}  // namespace wpns::host::linux_os
