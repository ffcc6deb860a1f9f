#pragma once

#include <optional>
#include <string>

#include "model/facts.hpp"

namespace wpns::host::linux_os {

/// What is at a WordPress source: a directory, an archive (.zip, .tar.gz, .tar.xz) or an https URL.
/// Nothing where there is no WordPress. The id of a directory follows from its path, its version
/// and the times of version.php and of the directory, that of an archive from path and time, that
/// of a URL from its text; the version of the last two is not known before they are unpacked.
/// Reads only: whether the tree is trusted is for the copy to find out.
[[nodiscard]] std::optional<CoreFact> core_fact(const std::string& source);

}  // namespace wpns::host::linux_os
