#pragma once

#include <string>
#include <vector>

/// The names under /run/netns: namespaces pinned by bind mounts, as `ip netns` makes and reads
/// them. All changes hold the lock that `ip netns` holds (flock on the directory).
namespace wpns::host::linux_os {

/// Error{conflict} when the calling process has a mount namespace of its own: a pin made there
/// would be invisible to the host, a pin removed there would stay on the host.
void require_host_mounts();

/// Names that are network namespaces, sorted.
[[nodiscard]] std::vector<std::string> list_pins();

/// Makes a namespace of that name with lo up and IPv6 off; it shows under its name when it is
/// complete. One that is there already is only put right. A stale plain file is replaced; anything
/// else of that name is Error{conflict}.
void create_pin(const std::string& name);

/// Absent is fine. Processes and sockets inside keep the namespace itself alive.
void remove_pin(const std::string& name);

}  // namespace wpns::host::linux_os
