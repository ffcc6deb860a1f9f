#pragma once

#include <string>

namespace wpns::verify {

/// How the mounts of two processes differ, by /proc/PID/mountinfo: "same", or the first place that
/// is mounted from elsewhere, with other options, or in one of them only. What is different in
/// every start of a unit does not count: numbers, the place of its private /tmp, the socket for
/// readiness, and the directory through which systemd brings in mounts.
[[nodiscard]] std::string difference_of_mounts(const std::string& running,
                                               const std::string& probed);

/// The lines of /proc/PID/status that say what a process may do, in the form of the probe's
/// "status" answer ("CapInh=0,…,Seccomp=2").
[[nodiscard]] std::string rights_in(const std::string& status);
/// The number of system call filters in /proc/PID/status.
[[nodiscard]] std::string filters_in(const std::string& status);

}  // namespace wpns::verify
