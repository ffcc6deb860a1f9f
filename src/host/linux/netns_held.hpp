#pragma once

#include <functional>
#include <string>

#include "base/fd.hpp"

/// Pins that are no mounts of the host: they are mounts of a namespace in which only
/// wpns-netns-holder lives, so that no unit start, no daemon-reload and no other mount namespace
/// has to copy or read them. /run/netns/NAME is a link that leads through that process.
namespace wpns::host::linux_os {

/// Where the holder mounts its own /proc/PID. What is below leads nowhere once it has ended.
inline constexpr const char* holder_dir = "/run/wpns-netns";

/// Where the link /run/netns/NAME leads.
[[nodiscard]] std::string held_path(const std::string& name);

/// The mount namespace of the holder; a holder that is just starting is waited for (2 s). Invalid
/// when there is none.
[[nodiscard]] UniqueFd find_holder();

/// `find_holder` that throws Error{missing}.
[[nodiscard]] UniqueFd open_holder();

/// Makes a network namespace, runs `prepare` in it and pins it for that name, in which order it
/// shows complete or not at all. Must not be there yet.
void hold_new(const UniqueFd& holder, const std::string& name,
              const std::function<void()>& prepare);

/// Absent is fine, and so is no holder.
void release(const std::string& name);

}  // namespace wpns::host::linux_os
