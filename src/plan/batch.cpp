#include "plan/batch.hpp"

namespace wpns::plan {
namespace {

bool together(const Action& a, const Action& b) {
    return a.key.kind == b.key.kind && a.wave == b.wave && takes(a.verb) == takes(b.verb);
}

}  // namespace

std::vector<std::vector<const Action*>> batches(const Plan& plan) {
    std::vector<std::vector<const Action*>> result;
    for (const auto& action : plan.actions) {
        if (result.empty() || !together(*result.back().front(), action)) result.emplace_back();
        result.back().push_back(&action);
    }
    return result;
}

}  // namespace wpns::plan
