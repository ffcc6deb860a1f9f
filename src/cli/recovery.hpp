#pragma once

#include <set>

#include "cli/session.hpp"

namespace wpns::cli {

/// Finishes or takes back what an interrupted removal, archive restore, backup, restore, clone or
/// proof has left. Every verb that writes calls it under the lock and before it reads anything;
/// without such a run it looks into one directory. Gives the sites that are gone with it.
std::set<SiteName> recover(const Globals& globals, const host::Host& host);

}  // namespace wpns::cli
