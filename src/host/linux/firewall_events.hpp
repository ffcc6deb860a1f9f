#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// FirewallEvents by the kernel's own notices (nfnetlink). It listens in the network namespace of
/// the thread that calls `watch`. Changes by programs named "wpns" or "wpns-..." are left out.
[[nodiscard]] std::unique_ptr<FirewallEvents> make_firewall_events();

}  // namespace wpns::host::linux_os
