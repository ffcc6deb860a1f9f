#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace wpns::host::linux_os {

/// Runs `work` in a child that has become `uid` and gid `uid` for good, so that the kernel bounds
/// what it can reach; it gets the open directory and gives back up to 4096 bytes. `shown` is the
/// path of the directory, `what` what is being done ("remove"). Throws Error where the child does
/// not come to an end.
[[nodiscard]] std::string run_as(uid_t uid, int directory,
                                 const std::function<std::string(int directory)>& work,
                                 const std::string& what, const std::string& shown);

}  // namespace wpns::host::linux_os
