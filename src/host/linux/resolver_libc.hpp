#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Resolver by getaddrinfo, on threads of its own: the host's own way to look names up, with a
/// deadline.
[[nodiscard]] std::unique_ptr<Resolver> make_resolver();

}  // namespace wpns::host::linux_os
