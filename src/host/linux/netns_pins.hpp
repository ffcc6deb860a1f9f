#pragma once

#include <string>

/// The names under /run/netns, which `ip netns` reads. All changes hold the lock that `ip netns`
/// holds (flock on the directory).
namespace wpns::host::linux_os {

/// What keeps a namespace that no process is in.
enum class Pins {
    held,     ///< a mount of the holder's (netns_held.hpp); the name is a link
    mounted,  ///< a mount on the name, as `ip netns add` makes it; for a throw-away host
};

/// Error{conflict} when the calling process has a mount namespace of its own: a pin made there
/// would be invisible to the host, a pin removed there would stay on the host.
void require_host_mounts();

/// Makes a namespace of that name with lo up and IPv6 off; it shows under its name when it is
/// complete. One that is there already, pinned either way, is only put right; one that is still
/// held and whose link is gone gets it back. A stale plain file or link of ours is replaced;
/// anything else of that name is Error{conflict}. Error{missing} without a holder.
void create_pin(const std::string& name, Pins pins);

/// Removes it, pinned either way; absent is fine. Processes and sockets inside keep the namespace
/// itself alive.
void remove_pin(const std::string& name, Pins pins);

}  // namespace wpns::host::linux_os
