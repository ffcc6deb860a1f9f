#pragma once

#include <memory>

#include "host/files.hpp"
#include "host/neighbours.hpp"
#include "host/process.hpp"

namespace wpns::host::linux_os {

/// By libnftables, and by ufw's own program. Does not see rules of iptables-legacy. What becomes of
/// the sites' packets in a chain: see nft_fate.hpp. The references outlive it.
[[nodiscard]] std::unique_ptr<Neighbours> make_neighbours(const Files& files, Process& process);

}  // namespace wpns::host::linux_os
