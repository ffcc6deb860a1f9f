#include "host/linux/units_again.hpp"

#include <string_view>

#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {
namespace {

/// A unit that has started since its job failed has no result any more: what needs it had it
/// started anew. A reload leaves the result of the start as it was.
bool passing_cause(Manager& manager, const std::string& unit, const JobOutcome& outcome) {
    const std::string result = cause_of(manager, unit).result;
    return result == "resources" ||
           (result == "success" && std::string_view(outcome.method) != "ReloadUnit");
}

}  // namespace

std::vector<std::string> failed_in_passing(Manager& manager,
                                           const std::map<std::string, JobOutcome>& outcomes) {
    std::vector<std::string> passing;
    std::vector<std::string> dependent;
    for (const auto& [unit, outcome] : outcomes) {
        if (outcome.end != JobOutcome::End::failed) continue;
        if (outcome.text == "dependency") {
            dependent.push_back(unit);
        } else if (outcome.text == "canceled" || passing_cause(manager, unit, outcome)) {
            passing.push_back(unit);
        }
    }
    if (!passing.empty()) passing.insert(passing.end(), dependent.begin(), dependent.end());
    return passing;
}

}  // namespace wpns::host::linux_os
