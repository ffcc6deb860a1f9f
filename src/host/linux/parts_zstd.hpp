#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Parts by libzstd, in process: root's files in the root world.
[[nodiscard]] std::unique_ptr<Parts> make_parts();

}  // namespace wpns::host::linux_os
