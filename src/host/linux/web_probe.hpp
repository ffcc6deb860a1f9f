#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Asks a web server over plain TCP.
[[nodiscard]] std::unique_ptr<WebProbe> make_web_probe();

}  // namespace wpns::host::linux_os
