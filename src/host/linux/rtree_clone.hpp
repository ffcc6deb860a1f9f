#pragma once

#include <sys/types.h>

#include <string>

#include "host/files.hpp"

namespace wpns::host::linux_os {

/// What a copy is to be like.
struct CloneStyle {
    uid_t owner;  ///< gid alike
    Zeros zeros = Zeros::keep;
    bool times = false;  ///< files get those of the originals
};

/// Copies everything in the open directory `from`, called `shown`, into the open empty directory
/// `to`: files and directories with their modes, as the owner's of the style. Blocks are shared
/// where the filesystem can, holes stay holes. `to` itself gets its owner and mode last, so that
/// nobody but root is in it before it is whole. Nobody may be writing in `from`. Throws
/// Error{conflict} for whatever is neither a file with one name nor a directory, or not
/// `from_owner`'s.
void clone_contents(int from, uid_t from_owner, const std::string& shown, int to,
                    const CloneStyle& style);

}  // namespace wpns::host::linux_os
