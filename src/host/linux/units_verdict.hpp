#pragma once

#include <chrono>
#include <map>
#include <string>

#include "host/linux/units_bus.hpp"
#include "host/linux/units_jobs.hpp"

namespace wpns::host::linux_os {

/// What the jobs were for.
enum class Goal { up, down, not_failed };

/// When the jobs began, and how long they had: for the text.
struct JobTime {
    std::chrono::seconds patience;
    std::chrono::system_clock::time_point begin;
};

/// Looks at every unit once more after its job, because a program may have died since; one that
/// dies later, as Type=exec and Type=simple can, is seen by the next look at the host. Waits,
/// within the patience, for one that starts once more because of what it needs. By unit: an empty
/// text where the goal is reached, else why not, where to look, and its last journal lines.
[[nodiscard]] std::map<std::string, std::string> verdicts(
    Manager& manager, Goal goal, const std::map<std::string, JobOutcome>& outcomes,
    const JobTime& time);

}  // namespace wpns::host::linux_os
