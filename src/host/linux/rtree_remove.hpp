#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

/// Deleting trees by descriptors: names are only looked up in directories that are held open,
/// symbolic links are never followed, mount points never entered. A name that is swapped meanwhile
/// can at most move the damage inside the tree.
namespace wpns::host::linux_os {

/// Why something is left.
struct RemoveTrouble {
    std::string path;  ///< below the directory that was given
    int error = 0;     ///< errno; EXDEV, EBUSY: a mount point; EPERM: a directory of another owner
};

/// Removes everything in an open directory as far as it goes, for any depth. Directories are
/// entered only when `owner` owns them (whoever does where none is given); those without rwx are
/// given it. The first trouble where something is left, nothing where the directory is empty.
[[nodiscard]] std::optional<RemoveTrouble> remove_contents(int directory,
                                                           std::optional<uid_t> owner);

/// The trouble as an Error: Error{conflict} for a mount point and for another owner. `shown` is the
/// path of the directory that was given; the path below it is made printable.
[[noreturn]] void throw_trouble(const std::string& shown, const RemoveTrouble& trouble);

/// Removes the tree `name` in `parent` as the caller: its top must be a directory of `owner`, or
/// of anybody where none is given. Throws Error, Error{conflict} for mount points and other owners;
/// `shown` is its path.
void remove_tree(int parent, const std::string& name, std::optional<uid_t> owner,
                 const std::string& shown);

/// remove_contents by a child that has become `uid` and gid `uid` for good, so that the kernel
/// bounds what it can reach. `directory` is open for reading. Throws as remove_tree.
void remove_contents_as(uid_t uid, int directory, const std::string& shown);

}  // namespace wpns::host::linux_os
