#pragma once

#include <memory>
#include <string>

#include "host/linux/lock_file.hpp"

namespace wpns::cli {

/// The lock of everything that writes: one at a time, dies with the process. Waits up to two
/// minutes, then throws Error{busy} with the process and the verb that hold it.
[[nodiscard]] host::linux_os::LockFile take_lock(const std::string& verb);

}  // namespace wpns::cli
