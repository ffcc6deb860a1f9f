#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/linux/units_bus.hpp"
#include "host/linux/units_jobs.hpp"

namespace wpns::host::linux_os {

/// The units whose jobs failed of something that passes by itself, so that the same jobs are worth
/// another attempt: systemd could not get what a unit needs, for example an address that a child of
/// its own still holds for some milliseconds (https://github.com/systemd/systemd/issues/26512);
/// somebody else's job took the place of ours; what needs the unit has it started meanwhile. What
/// failed only because of such a unit is among them.
[[nodiscard]] std::vector<std::string> failed_in_passing(
    Manager& manager, const std::map<std::string, JobOutcome>& outcomes);

}  // namespace wpns::host::linux_os
