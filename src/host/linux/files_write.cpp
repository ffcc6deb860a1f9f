#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <future>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/scope_guard.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {
namespace {

// Each file of a batch holds two descriptors; the usual limit is 1024.
constexpr std::size_t kBatch = 64;
/// Waiting for the disk is most of it, and it takes several at a time.
constexpr std::size_t kWriters = 4;

/// A file or link under a temporary name beside its place; gone again unless it is committed.
class Staged {
  public:
    Staged(Place place, const File& file) : place_(std::move(place)), name_(temporary_name()) {
        if (file.link_target.empty()) {
            stage_content(file);
        } else {
            stage_link(file);
        }
    }
    Staged(Staged&& other) noexcept = default;
    Staged& operator=(Staged&&) = delete;
    Staged(const Staged&) = delete;
    Staged& operator=(const Staged&) = delete;
    ~Staged() {
        if (!committed_ && place_.directory.valid()) {
            ::unlinkat(place_.directory.get(), name_.c_str(), 0);
        }
    }

    void sync() {
        if (fd_.valid()) sync_fd(fd_.get(), place_.path);
        fd_.reset();
    }

    void commit() {
        failpoint(Failpoint::files_commit);
        const int directory = place_.directory.get();
        if (::renameat(directory, name_.c_str(), directory, place_.name.c_str()) != 0) {
            throw_errno("write " + place_.path, errno);
        }
        committed_ = true;
    }

    [[nodiscard]] const Place& place() const { return place_; }

  private:
    void stage_content(const File& file) {
        if (file.content.size() > max_file_size) {
            throw Error(ErrorKind::bug, place_.path + ": over 64 MiB");
        }
        auto fd = open_below(place_.directory.get(), name_.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, RESOLVE_NO_SYMLINKS, 0600);
        if (!fd) throw_errno("write " + place_.path, fd.error());
        fd_ = std::move(*fd);
        // No destructor runs for an object whose constructor throws.
        ScopeGuard undo([this] { ::unlinkat(place_.directory.get(), name_.c_str(), 0); });
        fill(file);
        undo.dismiss();
    }

    void fill(const File& file) {
        failpoint(Failpoint::files_write);
        write_all(fd_.get(), file.content, place_.path);
        // Owner first: a change of owner takes set-id bits away.
        if (::fchown(fd_.get(), file.uid, file.gid) != 0) throw_errno("own " + place_.path, errno);
        if (::fchmod(fd_.get(), file.mode) != 0) throw_errno("chmod " + place_.path, errno);
        // A hint only: all files of a batch are then on their way when the first fsync comes, which
        // commits them in one journal transaction.
        ::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    }

    void stage_link(const File& file) {
        const int directory = place_.directory.get();
        if (::symlinkat(file.link_target.c_str(), directory, name_.c_str()) != 0) {
            throw_errno("write " + place_.path, errno);
        }
        ScopeGuard undo([&] { ::unlinkat(directory, name_.c_str(), 0); });
        if (::fchownat(directory, name_.c_str(), file.uid, file.gid, AT_SYMLINK_NOFOLLOW) != 0) {
            throw_errno("own " + place_.path, errno);
        }
        undo.dismiss();
    }

    Place place_;
    std::string name_;
    UniqueFd fd_;
    bool committed_ = false;
};

std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

/// Everything durable under temporary names, then the renames, then each directory once.
void write_batch(std::vector<Staged>& batch) {
    failpoint(Failpoint::files_staged);
    for (auto& staged : batch) staged.sync();
    std::map<std::string, int> directories;
    for (auto& staged : batch) {
        staged.commit();
        directories.emplace(directory_of(staged.place().path), staged.place().directory.get());
    }
    failpoint(Failpoint::files_committed);
    for (const auto& [path, directory] : directories) {
        const UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd.valid()) throw_errno("open " + path, errno);
        sync_fd(fd.get(), path);
    }
    batch.clear();
}

}  // namespace

void LinuxFiles::sweep_once(int directory, const std::string& shown) {
    const std::lock_guard lock(swept_mutex_);
    if (swept_.contains(shown)) return;
    remove_leftovers(directory, shown);
    swept_.insert(shown);
}

void LinuxFiles::write(const std::string& path, const File& file) {
    write_many({{path, file}});
}

void LinuxFiles::write_part(std::span<const std::pair<const std::string, File>* const> files) {
    std::vector<Staged> batch;
    for (const auto* file : files) {
        auto place = need_place(file->first);
        sweep_once(place.directory.get(), directory_of(file->first));
        failpoint(Failpoint::files_stage);
        batch.emplace_back(std::move(place), file->second);
        if (batch.size() == kBatch) write_batch(batch);
    }
    write_batch(batch);
}

/// A part holds whole directories as far as possible: those are made durable once for each part.
void LinuxFiles::write_many(const std::map<std::string, File>& files) {
    std::vector<const std::pair<const std::string, File>*> all;
    for (const auto& file : files) all.push_back(&file);
    const std::size_t size = std::max(kBatch, (all.size() + kWriters - 1) / kWriters);
    std::vector<std::future<void>> others;
    for (std::size_t begin = size; begin < all.size(); begin += size) {
        const auto part = std::span(all).subspan(begin, std::min(size, all.size() - begin));
        others.push_back(std::async(std::launch::async, [this, part] { write_part(part); }));
    }
    // Whatever fails, the futures wait for the others before it is seen.
    write_part(std::span(all).first(std::min(size, all.size())));
    for (auto& other : others) other.get();
}

}  // namespace wpns::host::linux_os
