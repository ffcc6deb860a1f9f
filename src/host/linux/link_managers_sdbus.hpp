#pragma once

#include <memory>

#include "host/link_managers.hpp"

namespace wpns::host::linux_os {

/// systemd-networkd and NetworkManager, each asked by D-Bus. Without a bus neither can be asked,
/// and neither counts as running.
[[nodiscard]] std::unique_ptr<LinkManagers> make_link_managers();

}  // namespace wpns::host::linux_os
