#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// `process` outlives it.
[[nodiscard]] std::unique_ptr<Witness> make_witness(Process& process);

/// Sockets on all addresses of the host; see Witness::Ears.
[[nodiscard]] Witness::Ears open_ears();

/// See Witness::Tap.
[[nodiscard]] std::unique_ptr<Witness::Tap> open_tap(const std::string& link);

/// The processes in a control group and all below it.
[[nodiscard]] std::vector<Witness::Running> processes_below(const std::string& cgroup);

}  // namespace wpns::host::linux_os
