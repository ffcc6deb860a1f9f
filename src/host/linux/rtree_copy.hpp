#pragma once

#include <set>
#include <string>

#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {

/// Copies everything in the directory `source`, called `shown`, into the open empty directory `to`
/// and gives `to` the mode and times of a copy. Links are resolved through the root world and one
/// that leads nowhere is left out; paths in `skip` (relative to `source`) too. Copies are
/// root:root, 0755 or 0644. Throws Error{conflict} for a file or directory that is not root's
/// alone, for sockets, devices and pipes, and for links that run in a circle.
void copy_contents(const Found& source, const std::string& shown, int to,
                   const std::set<std::string>& skip);

}  // namespace wpns::host::linux_os
