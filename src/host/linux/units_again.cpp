#include "host/linux/units_again.hpp"

#include <algorithm>
#include <string_view>

#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {
namespace {

/// A unit that has started since its job failed has no result any more: what needs it had it
/// started anew. A reload leaves the result of the start as it was.
bool passes(const std::string& result, const JobOutcome& outcome) {
    return result == "resources" ||
           (result == "success" && std::string_view(outcome.method) != "ReloadUnit");
}

/// True when a unit, or what it needs, `depth` steps down, has failed of what does not pass. What
/// is up again meanwhile, started by another job, is in nobody's way.
bool is_in_the_way(Manager& manager, const std::string& unit, int depth) {
    const auto state = units_named(manager, std::span(&unit, 1));
    const auto found = state.find(unit);
    if (found == state.end() || found->second.active == "active") return false;
    if (found->second.active == "failed") return cause_of(manager, unit).result != "resources";
    if (depth == 0) return true;
    return std::ranges::any_of(needs_of(manager, unit), [&](const std::string& need) {
        return is_in_the_way(manager, need, depth - 1);
    });
}

/// A service needs its socket, which needs the namespace, which needs the firewall.
bool needs_pass(Manager& manager, const std::string& unit) {
    constexpr int depth = 3;
    return std::ranges::none_of(needs_of(manager, unit), [&](const std::string& need) {
        return is_in_the_way(manager, need, depth);
    });
}

bool failed_in_passing(Manager& manager, const std::string& unit, const JobOutcome& outcome) {
    if (outcome.end != JobOutcome::End::failed) return false;
    if (outcome.text == "canceled") return true;
    if (outcome.text == "dependency") return needs_pass(manager, unit);
    return passes(cause_of(manager, unit).result, outcome);
}

}  // namespace

std::vector<std::string> failed_in_passing(Manager& manager,
                                           const std::map<std::string, JobOutcome>& outcomes) {
    std::vector<std::string> passing;
    for (const auto& [unit, outcome] : outcomes)
        if (failed_in_passing(manager, unit, outcome)) passing.push_back(unit);
    return passing;
}

}  // namespace wpns::host::linux_os
