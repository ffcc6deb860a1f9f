#pragma once

#include "apply/journal.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// What becomes of a clone that was begun: where the copy is the site's data already it stays, and
/// `sync` brings the site up; else nothing of the site is left. Says on standard error which of
/// the two. True where the site is gone. What stops it stops no other site.
bool settle_clone(const Globals& globals, const host::Host& host, const apply::Intent& intent);

}  // namespace wpns::cli
