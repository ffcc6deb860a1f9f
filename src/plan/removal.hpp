#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace wpns::plan {

/// What is recorded and not desired any more, in the order and with the verbs of make_plan; waves
/// count from `first_wave`.
[[nodiscard]] std::vector<Action> removals(const Desired& desired, const Recorded& recorded,
                                           const Observed& observed, unsigned first_wave);

}  // namespace wpns::plan
