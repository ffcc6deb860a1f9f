#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "model/facts.hpp"

namespace wpns::host::linux_os {

/// What is at a WordPress source: a directory, an archive (.zip, .tar.gz, .tar.xz) or an https URL;
/// the reason, with a remedy, where it cannot be used. The id of a directory follows from its path,
/// its version and the times of version.php and of the directory; that of an archive from the
/// SHA-256 of its bytes, which must be the configured one where there is one; that of a URL from
/// the configured SHA-256. An archive that is not there any more counts as the configured one: its
/// tree may have been made before. Reads only, and nothing from the network; whether a directory is
/// trusted is for the copy to find out.
[[nodiscard]] std::expected<CoreFact, std::string> core_fact(const CoreSource& wanted);

/// 6.1.9 out of the line `$wp_version = '6.1.9';` of a version.php; empty where there is none.
[[nodiscard]] std::string wordpress_version(std::string_view php);

}  // namespace wpns::host::linux_os
