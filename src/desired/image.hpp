#pragma once

#include <string>
#include <vector>

#include "desired/values.hpp"

namespace wpns::desired {

/// The program that initialises a data directory, and its arguments.
[[nodiscard]] std::vector<std::string> dbinit_argv();

/// The database image that a new site starts from: /var/lib/wpns/images/TOOLS-CONTENT. The first
/// half changes with MariaDB, its settings and the programs that make images, the second with core
/// and locale: images with another first half are of no use to any new site.
[[nodiscard]] std::string image_path(const Site& site);

}  // namespace wpns::desired
