#pragma once

#include <memory>
#include <string>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Quotas::lack without the object: the filesystem of `directory`, or of what is above it.
[[nodiscard]] std::string lack_of_quotas(const std::string& directory);

/// Project quotas of ext4 and xfs, asked by quotactl_fd (Linux 5.14).
[[nodiscard]] std::unique_ptr<Quotas> make_quotas();

}  // namespace wpns::host::linux_os
