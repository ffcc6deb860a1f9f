#pragma once

#include <span>
#include <string>

#include "host/linux/units_bus.hpp"
#include "host/linux/units_jobs.hpp"

namespace wpns::host::linux_os {

/// Waits until none of these units, and of the services behind those that are sockets, is between
/// its start and its word that it is ready; until `deadline` at most.
///
/// MariaDB does not survive a SIGTERM in that time: its first thread may then wait for ever for
/// another one that has gone already (init_slave), and systemd waits for both until it kills them.
void wait_for_starting(Manager& manager, std::span<const std::string> names, Deadline deadline);

}  // namespace wpns::host::linux_os
