#pragma once

#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/host_config.hpp"
#include "model/registry.hpp"

/// What on the host stands in the way of the sites.
namespace wpns::apply {

struct Finding {
    std::string about{};             ///< what was looked at
    std::string problem{};           ///< empty where all is well
    std::string meaning{};           ///< what comes of it
    std::vector<std::string> fix{};  ///< commands; "# ..." where a person has to fill in
    bool bearable = false;           ///< sites work all the same
    bool operator==(const Finding&) const = default;
};

/// Looks at everything; changes nothing. A look that fails is a problem as well.
[[nodiscard]] std::vector<Finding> examine(const host::Host& host, const Registry& registry,
                                           const HostConfig& config);

}  // namespace wpns::apply
