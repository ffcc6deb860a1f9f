#pragma once

#include <string>

#include "desired/templates.hpp"
#include "host/host.hpp"

namespace wpns::cli {

/// Every shipped template, each replaced by DIR/templates/NAME where the admin has put one.
[[nodiscard]] desired::Templates read_templates(const host::Files& files,
                                                const std::string& config_dir);

}  // namespace wpns::cli
