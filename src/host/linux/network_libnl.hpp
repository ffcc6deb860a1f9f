#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Which mount namespace namespaces may be pinned in.
enum class PinIn {
    host_mounts,  ///< only that of PID 1, else Error{conflict}; the holder keeps them
    any_mounts,   ///< wherever the process is, each a mount: for a throw-away host
};

/// Network by rtnetlink, in process. It acts on the network namespace of the thread that first uses
/// it, and is for one thread.
[[nodiscard]] std::unique_ptr<Network> make_network(PinIn pin_in = PinIn::host_mounts);

}  // namespace wpns::host::linux_os
