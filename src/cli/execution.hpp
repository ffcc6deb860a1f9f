#pragma once

#include "apply/executor.hpp"
#include "cli/planning.hpp"

namespace wpns::cli {

/// Carries the plan out, then looks again: an action that is still wanted afterwards is an error of
/// its site ("did not take"). Sites that are gone lose their record; where an archive was kept,
/// their numbers stay reserved.
[[nodiscard]] apply::Report execute(Session& session, const Planned& planned, const Scope& scope,
                                    apply::Options options);

}  // namespace wpns::cli
