#pragma once

#include <memory>

#include "host/files.hpp"
#include "host/neighbours.hpp"
#include "host/process.hpp"

namespace wpns::host::linux_os {

/// By libnftables, and by ufw's own program. Does not see rules of iptables-legacy. A rule lets the
/// sites through when it is reached from the chain, accepts, and asks for nothing but a source that
/// holds the pool or our interface group. The references outlive it.
[[nodiscard]] std::unique_ptr<Neighbours> make_neighbours(const Files& files, Process& process);

}  // namespace wpns::host::linux_os
