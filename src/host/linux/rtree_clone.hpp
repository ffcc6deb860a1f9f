#pragma once

#include <sys/types.h>

#include <string>

namespace wpns::host::linux_os {

/// Copies everything in the open directory `from`, called `shown`, into the open empty directory
/// `to`: files and directories with their modes, as `to_owner`'s (gid alike). Blocks are shared
/// where the filesystem can, holes stay holes. `to` itself gets its owner and mode last, so that
/// nobody but root is in it before it is whole. Nobody may be writing in `from`. Throws
/// Error{conflict} for whatever is neither a file with one name nor a directory, or not
/// `from_owner`'s.
void clone_contents(int from, uid_t from_owner, const std::string& shown, int to, uid_t to_owner);

}  // namespace wpns::host::linux_os
