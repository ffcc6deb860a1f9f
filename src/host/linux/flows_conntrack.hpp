#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Flows by ctnetlink, in process. It acts on the network namespace of the thread that first uses
/// it, and is for one thread.
[[nodiscard]] std::unique_ptr<Flows> make_flows();

}  // namespace wpns::host::linux_os
