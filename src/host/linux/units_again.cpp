#include "host/linux/units_again.hpp"

#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {

std::vector<std::string> failed_in_passing(Manager& manager,
                                           const std::map<std::string, JobOutcome>& outcomes) {
    std::vector<std::string> passing;
    std::vector<std::string> dependent;
    for (const auto& [unit, outcome] : outcomes) {
        if (outcome.end != JobOutcome::End::failed) continue;
        if (outcome.text == "dependency") {
            dependent.push_back(unit);
        } else if (outcome.text == "canceled" || cause_of(manager, unit).result == "resources") {
            passing.push_back(unit);
        }
    }
    if (!passing.empty()) passing.insert(passing.end(), dependent.begin(), dependent.end());
    return passing;
}

}  // namespace wpns::host::linux_os
