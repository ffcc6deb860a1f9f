#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

/// The number by which a filesystem counts what is in a directory (project id). Set on a directory
/// together with FS_XFLAG_PROJINHERIT, everything that is made in it has it too; and the kernel
/// lets nothing with another number be moved in.
namespace wpns::host::linux_os {

/// Numbers of ours begin here, far from those that other programs give away from 1 on.
inline constexpr std::uint32_t first_project = 0x57500000;

/// The number that a directory hands down; 0 where it hands none down.
[[nodiscard]] std::uint32_t project_of(int directory);

/// Gives an open directory and all below it the number. What belongs
/// to another owner is gone through by a child that has become that owner. Error where something
/// cannot be given it.
void give_project(int directory, std::uint32_t project, const std::string& shown);

}  // namespace wpns::host::linux_os
