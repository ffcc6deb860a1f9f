#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Visits by what the kernel keeps anyway. Connecting to a socket by its path is an access to its
/// inode (unix_find_bsd touches its atime), so nobody counts and nothing runs for a site.
[[nodiscard]] std::unique_ptr<Visits> make_visits();

/// The paths in a text of /proc/net/unix to which a connection is open, or waits to be accepted.
[[nodiscard]] std::set<std::string> connected_paths(std::string_view table);

}  // namespace wpns::host::linux_os
