#pragma once

#include <sys/types.h>

#include <array>

#include "base/fd.hpp"
#include "host/host.hpp"

namespace wpns::host::linux_os {

/// In which session and process group a program starts.
enum class Session { own, ours };

/// Starts the program and returns its pid. `standard` are what becomes its descriptors 0 to 2, each
/// 3 or higher, or 0 to 2 in their own places. Error{missing} when the program is not there,
/// Error{bug} when its path is not absolute.
[[nodiscard]] pid_t spawn(const Process::Command& command, const std::array<int, 3>& standard,
                          Session session);

/// The status as a shell counts it: exit status, or 128 + signal.
[[nodiscard]] int status_of(int wait_status);

}  // namespace wpns::host::linux_os
