#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/fd.hpp"
#include "host/linux/nl_socket.hpp"

/// Ways into a network namespace. A thread that has entered one never leaves it: work inside is
/// done on a thread of its own that ends with the work, so no other code can find itself in the
/// wrong place.
namespace wpns::host::linux_os {

inline constexpr const char* netns_dir = "/run/netns";

/// "/run/netns/NAME". A name that is no single path component is a bug of the caller.
[[nodiscard]] std::string netns_path(const std::string& name);

/// True when the open file is a network namespace.
[[nodiscard]] bool is_network_namespace(int fd) noexcept;

/// Opens the namespace of that name. Error{missing} when there is none, and when the name is a file
/// that is no namespace (left behind by a crash or an unmount).
[[nodiscard]] UniqueFd open_namespace(const std::string& name);

/// Runs `work` on a fresh thread and waits for it; what it throws is thrown here.
void run_on_own_thread(const std::function<void()>& work);

/// The same on so many threads at once; what the first of them throws that threw is thrown here.
void run_on_own_threads(std::size_t count, const std::function<void()>& work);

/// Takes the calling thread into the namespace, for good. Only from within run_on_own_thread.
void enter_namespace(int fd);

/// Runs `work` inside the namespace.
void run_in_namespace(int fd, const std::function<void()>& work);

/// A netlink socket of that namespace, to be used from here: it stays bound to where it was made.
[[nodiscard]] nl::Socket socket_inside(int fd);

/// Switches IPv6 off for a scope of the calling thread's namespace: "all", "default" or a link.
/// Nothing to do on a kernel without IPv6; written only where it is not off yet.
void disable_ipv6(const std::string& scope);

/// Switches IPv6 on for a link of the calling thread's namespace, which has no address but those
/// that it is given: none made by itself, none by a router, none looked for on the link first.
void enable_ipv6(const std::string& link);

}  // namespace wpns::host::linux_os
