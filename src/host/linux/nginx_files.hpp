#pragma once

#include <optional>
#include <string>

#include "host/files.hpp"

namespace wpns::host::linux_os {

/// What `nginx -T` prints of DIRECTORY/nginx.conf and what it includes, without the servers of our
/// sites: nginx reads and checks all of those for it, which takes longer than all the rest of a
/// plan. Nothing where it holds what only nginx itself can read (blocks of Lua, patterns in the
/// names of directories) or files that others than root can change.
[[nodiscard]] std::optional<std::string> nginx_dump(const Files& files,
                                                    const std::string& directory = "/etc/nginx");

}  // namespace wpns::host::linux_os
