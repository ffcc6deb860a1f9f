#pragma once

#include <string>
#include <vector>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Every PHP with an FPM in ROOT/usr/sbin, newest last, with the modules that Debian's
/// configuration turns on for FPM, in load order. `root` is empty for the host itself; the paths
/// that come back are without it.
[[nodiscard]] std::vector<PhpFact> installed_php(const Files& files, const std::string& root);

/// Asks a PHP-FPM for the id that it puts in front of compiled code, with its modules loaded,
/// unless /var/cache/wpns has the answer already. Fills system_id and build.
void identify(PhpFact& php, Files& files, Process& process);

}  // namespace wpns::host::linux_os
