#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// The SHA-256 of a regular file of the root world, links of root followed; nothing where nothing
/// is. Error{conflict} for anything that is not root's alone.
[[nodiscard]] std::optional<std::string> sha256_of_file(const std::string& path);

/// Archives by descriptors: a program in a sandbox gets no path, only what its standard input and
/// output are connected with. `process` outlives it.
[[nodiscard]] std::unique_ptr<Archives> make_archives(Process& process);

}  // namespace wpns::host::linux_os
