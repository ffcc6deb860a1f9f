#include "host/linux/rtree_remove.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <expected>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

/// One descriptor is open per level; what is deeper is moved to the top first.
constexpr unsigned kMaxDepth = 64;
/// Against somebody who makes new files all the time.
constexpr unsigned kMaxPasses = 100'000;

class Remover {
  public:
    Remover(int top, std::optional<uid_t> owner) : top_(top), owner_(owner) {}

    /// Passes until one changes nothing: readdir may skip names while others are removed, and deep
    /// directories come back at the top.
    std::optional<RemoveTrouble> run() {
        changes_ = 1;
        for (unsigned pass = 0; pass < kMaxPasses && changes_ > 0; ++pass) {
            changes_ = 0;
            lifted_ = false;
            trouble_.reset();
            if (empty_directory(top_, "", 0) && !lifted_) return std::nullopt;
        }
        return trouble_ ? trouble_ : RemoveTrouble{"", ENOTEMPTY};
    }

  private:
    using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

    /// True when nothing was left at the end of the listing.
    bool empty_directory(int directory, const std::string& path, unsigned depth) {
        UniqueFd copy(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const Stream stream(copy.valid() ? ::fdopendir(copy.get()) : nullptr, ::closedir);
        if (!stream) return report(path, errno);
        (void)copy.release();
        bool empty = true;
        while (const dirent* entry = ::readdir(stream.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (!remove_entry(directory, entry->d_name, path, depth)) empty = false;
        }
        return empty;
    }

    bool remove_entry(int directory, const char* name, const std::string& path, unsigned depth) {
        if (unlink(directory, name, 0)) return true;
        if (errno != EISDIR) return report(path + name, errno);
        if (unlink(directory, name, AT_REMOVEDIR)) return true;
        if (errno != ENOTEMPTY && errno != EEXIST) return report(path + name, errno);
        const UniqueFd inner = enter(directory, name, path + name);
        if (!inner.valid()) return false;
        if (depth == kMaxDepth) return lift(directory, name, path + name);
        empty_directory(inner.get(), path + name + "/", depth + 1);
        return unlink(directory, name, AT_REMOVEDIR) || report(path + name, errno);
    }

    /// Not there any more counts as done.
    bool unlink(int directory, const char* name, int flags) {
        if (::unlinkat(directory, name, flags) == 0) {
            ++changes_;
            return true;
        }
        return errno == ENOENT;
    }

    /// An open directory of the owner that can be read, searched and changed; none after a report.
    UniqueFd enter(int directory, const char* name, const std::string& path) {
        auto fd = open_below(directory, name, directory_flags, resolve_inside);
        if (!fd && fd.error() == EACCES) fd = unlock(directory, name);
        if (!fd) {
            report(path, fd.error());
            return UniqueFd();
        }
        struct stat info {};
        if (::fstat(fd->get(), &info) != 0 || (owner_ && info.st_uid != *owner_)) {
            report(path, EPERM);
            return UniqueFd();
        }
        if ((info.st_mode & S_IRWXU) != S_IRWXU) ::fchmod(fd->get(), S_IRWXU);
        return std::move(*fd);
    }

    /// A directory without r can only be opened with O_PATH, and such a descriptor only be changed
    /// through /proc.
    std::expected<UniqueFd, int> unlock(int directory, const char* name) {
        auto locked =
            open_below(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, resolve_inside);
        if (!locked) return locked;
        const std::string path = "/proc/self/fd/" + std::to_string(locked->get());
        if (::chmod(path.c_str(), S_IRWXU) != 0) return std::unexpected(errno);
        return open_below(locked->get(), ".", directory_flags, resolve_inside);
    }

    /// Moves a directory at the depth limit to the top for the next pass.
    bool lift(int directory, const char* name, const std::string& path) {
        int error = EEXIST;
        while (error == EEXIST) {
            const std::string free_name = "wpns-deep-" + std::to_string(next_name_++);
            const int done =
                ::renameat2(directory, name, top_, free_name.c_str(), RENAME_NOREPLACE);
            error = done == 0 ? 0 : errno;
        }
        if (error != 0) return report(path, error);
        lifted_ = true;
        ++changes_;
        return true;
    }

    /// Keeps the first trouble of a pass; always false. What is no directory any more was swapped
    /// under us: worth another pass.
    bool report(const std::string& path, int error) {
        if (error == ENOTDIR || error == ELOOP || error == ENOENT) ++changes_;
        if (!trouble_) trouble_ = RemoveTrouble{path, error};
        return false;
    }

    int top_;
    std::optional<uid_t> owner_;
    std::size_t changes_ = 0;
    bool lifted_ = false;
    std::uint64_t next_name_ = 0;
    std::optional<RemoveTrouble> trouble_;
};

}  // namespace

std::optional<RemoveTrouble> remove_contents(int directory, std::optional<uid_t> owner) {
    return Remover(directory, owner).run();
}

void throw_trouble(const std::string& shown, const RemoveTrouble& trouble) {
    const std::string path = trouble.path.empty() ? shown : shown + "/" + printable(trouble.path);
    if (trouble.error == EXDEV || trouble.error == EBUSY) {
        throw Error(ErrorKind::conflict, path + " is a mount point", "umount " + path);
    }
    if (trouble.error == EPERM) {
        throw Error(ErrorKind::conflict, path + " belongs to another account");
    }
    throw_errno("remove " + path, trouble.error);
}

void remove_tree(int parent, const std::string& name, std::optional<uid_t> owner,
                 const std::string& shown) {
    const auto top = open_below(parent, name.c_str(), directory_flags, resolve_inside);
    if (!top) throw_trouble(shown, {"", top.error()});
    if (owner && stat_of(top->get(), shown).st_uid != *owner) throw_trouble(shown, {"", EPERM});
    if (const auto trouble = remove_contents(top->get(), owner)) throw_trouble(shown, *trouble);
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0) throw_errno("remove " + shown, errno);
}

}  // namespace wpns::host::linux_os
