#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Process by posix_spawn: the child starts in a session and process group of its own, in "/", with
/// descriptors 0 to 2 only and default signals. Whatever is left of the group when the program ends
/// is killed. run may be used from several threads.
///
/// run_attached stays in our session and process group, so that the terminal works as if we were
/// not there; SIGINT and SIGQUIT from its keys are the program's business meanwhile. It has neither
/// time-out nor input of ours.
[[nodiscard]] std::unique_ptr<Process> make_process();

}  // namespace wpns::host::linux_os
