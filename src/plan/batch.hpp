#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace wpns::plan {

/// The plan in its order, cut into groups that can be done at once: same kind, all put (create,
/// update, restart, adopt) or all take (remove, forget), no member needing another. The pointers
/// are into `plan`.
[[nodiscard]] std::vector<std::vector<const Action*>> batches(const Plan& plan);

}  // namespace wpns::plan
