#pragma once

#include "host/host.hpp"

namespace wpns::cli {

/// Finishes or takes back what an interrupted archive restore, backup or restore has left. Every
/// verb that writes calls it under the lock and before it reads anything; without such a run it
/// looks into one directory.
void recover(const host::Host& host);

}  // namespace wpns::cli
