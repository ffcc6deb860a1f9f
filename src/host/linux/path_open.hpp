#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cstdint>
#include <expected>
#include <string>

#include "base/fd.hpp"

namespace wpns::host::linux_os {

/// RESOLVE_ bits for what is inside a directory: no way out, no link, no mount.
constexpr std::uint64_t resolve_inside = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;

/// Flags to open a directory, never through a link.
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/// openat2 of one name or path below `directory`. O_CLOEXEC is added to `flags`; `resolve` holds
/// RESOLVE_ bits. The errno where it did not work; Error{missing} on a kernel without openat2.
[[nodiscard]] std::expected<UniqueFd, int> open_below(int directory, const char* path, int flags,
                                                      std::uint64_t resolve, mode_t mode = 0);

/// The same file once more, by its O_PATH descriptor: for reading what was checked, not what has
/// the name now. Throws Error.
[[nodiscard]] UniqueFd reopen(int path_fd, int flags, const std::string& shown);

/// fstat that throws; `shown` is the path in the message.
[[nodiscard]] struct stat stat_of(int fd, const std::string& shown);

/// The text of a symbolic link opened with O_PATH|O_NOFOLLOW.
[[nodiscard]] std::string read_link(int path_fd, const std::string& shown);

/// fsync of a file or directory; throws Error.
void sync_fd(int fd, const std::string& shown);

}  // namespace wpns::host::linux_os
