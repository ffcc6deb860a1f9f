#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Resolver by getaddrinfo_a: the host's own way to look names up, with a deadline.
[[nodiscard]] std::unique_ptr<Resolver> make_resolver();

}  // namespace wpns::host::linux_os
