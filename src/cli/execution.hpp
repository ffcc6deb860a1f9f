#pragma once

#include "apply/executor.hpp"
#include "cli/planning.hpp"

namespace wpns::cli {

/// Carries a plan out, or a part of one, and does not look whether more is to be done.
[[nodiscard]] apply::Report carry_out(Session& session, const plan::Plan& plan,
                                      apply::Options options);

/// Carries the plan out, then looks again: an action that is still wanted afterwards is an error of
/// its site ("did not take"). Sites that are gone lose their record; where an archive was kept,
/// their numbers stay reserved.
[[nodiscard]] apply::Report execute(Session& session, const Planned& planned, const Scope& scope,
                                    apply::Options options);

}  // namespace wpns::cli
