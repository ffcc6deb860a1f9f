#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "host/linux/units_bus.hpp"

namespace wpns::host::linux_os {

/// The loaded units whose names match one of the shell patterns.
[[nodiscard]] std::map<std::string, Units::State> units_matching(
    Manager& manager, std::span<const std::string> patterns);

/// These units, loaded where they were not; one that does not exist has load "not-found".
[[nodiscard]] std::map<std::string, Units::State> units_named(Manager& manager,
                                                              std::span<const std::string> names);

/// Why a unit is not up, as far as systemd says. Fields that its kind does not have are empty or 0.
struct Cause {
    std::string result;  ///< "exit-code", "timeout", "success", ...
    std::string type;    ///< of a service: "exec", "oneshot", ...
    int status = 0;      ///< exit status or signal of the main process
};
[[nodiscard]] Cause cause_of(Manager& manager, const std::string& unit);

/// What its Requires= names; nothing for a unit that is not loaded.
[[nodiscard]] std::vector<std::string> needs_of(Manager& manager, const std::string& unit);

/// The last lines that the unit, or systemd about it, has written to the journal since then (wall
/// clock), oldest first, made printable. What was sent to the journal before the call is in it.
[[nodiscard]] std::vector<std::string> last_lines(const std::string& unit,
                                                  std::chrono::system_clock::time_point since,
                                                  std::size_t count);

}  // namespace wpns::host::linux_os
