#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "base/fd.hpp"

/// Ways through the root world: a directory belongs to it when root owns it and neither group nor
/// others may write it, and when that holds for every directory above. In such a directory nobody
/// but root can swap a name, so a look at a component stays true.
namespace wpns::host::linux_os {

/// What a walk ended at. `fd` is O_PATH: good for fstat and as a start of *at() calls.
struct Found {
    UniqueFd fd;
    struct stat info {};
};

/// What to do when the last component is a symbolic link.
enum class Last { follow, keep };

/// Opens `path`, which is absolute and has neither "." nor ".." in it (Error{bug} otherwise). Every
/// directory that a name is looked up in must be of the root world, every symbolic link on the way
/// must be root's; Error{conflict} names the one that is not. Nothing where something is not there.
[[nodiscard]] std::optional<Found> walk(const std::string& path, Last last);

/// One component of a name below an open directory, not followed; nothing where nothing is. `shown`
/// is the whole path, for messages. Looks at neither owner nor mode of the directory.
[[nodiscard]] std::optional<Found> step(int directory, const std::string& name,
                                        const std::string& shown);

/// `walk` from an open directory called `shown`, for the target of a link in it: ".." is allowed,
/// and an absolute target starts at "/".
[[nodiscard]] std::optional<Found> walk_from(int directory, const std::string& shown,
                                             const std::string& target);

/// A name and the open directory that holds it or may hold it.
struct Place {
    UniqueFd directory;
    std::string name;
    std::string path;  ///< as asked for; for messages
};

/// The place of the last component of `path`; its directory is of the root world. Nothing where
/// the directory is not there.
[[nodiscard]] std::optional<Place> find_place(const std::string& path);

/// find_place where the directory must be there: Error{missing} otherwise.
[[nodiscard]] Place need_place(const std::string& path);

/// Opens what is at a place with O_PATH and without following; nothing where nothing is.
[[nodiscard]] std::optional<Found> look(const Place& place);

/// True when root owns it and neither group nor others may write it.
[[nodiscard]] bool is_roots_alone(const struct stat& info);

/// Throws Error{conflict} unless `info` is that of a directory of the root world.
void require_root_world(const struct stat& info, const std::string& shown);

/// Throws Error{bug} unless `path` is absolute, not "/" and without empty, "." and ".." components.
void require_plain_path(const std::string& path);

}  // namespace wpns::host::linux_os
