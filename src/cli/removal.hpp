#pragma once

#include "apply/journal.hpp"
#include "cli/execution.hpp"
#include "cli/planning.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// A removal that was carried out as far as it went.
struct Removed {
    Planned planned;
    apply::Report report;
};

/// Takes one site down and keeps or destroys its data. The wish is in the journal from before the
/// first effect until nothing is left, so that whatever run comes next finishes it. Nothing is
/// begun where the plan has errors.
[[nodiscard]] Removed remove_site(const Globals& globals, Session& session, const SiteName& name,
                                  apply::Removal removal);

/// Ends an operation of a site that is neither recorded nor described any more; false for any
/// other.
[[nodiscard]] bool end_without_site(const Session& session, const apply::Intent& intent);

/// Goes on with a removal that an earlier run has begun; says on standard error what became of it.
/// True when nothing is left. What stops it stops no other site.
bool finish_removal(const Globals& globals, const host::Host& host, const apply::Intent& intent);

}  // namespace wpns::cli
