#pragma once

#include <string>
#include <string_view>

/// Names of what is being built beside its destination: ".wpns-XXXXXXXX.tmp".
namespace wpns::host::linux_os {

[[nodiscard]] std::string temporary_name();
[[nodiscard]] bool is_temporary_name(std::string_view name);

/// Removes what an interrupted run has left in an open directory of the root world. Only under the
/// lock: a run that is still going has such names too.
void remove_leftovers(int directory, const std::string& shown);

}  // namespace wpns::host::linux_os
