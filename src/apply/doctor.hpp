#pragma once

#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/registry.hpp"

/// What on the host stands in the way of the sites' network.
namespace wpns::apply {

struct Finding {
    std::string about{};             ///< what was looked at
    std::string problem{};           ///< empty where all is well
    std::string meaning{};           ///< what comes of it
    std::vector<std::string> fix{};  ///< commands
    bool operator==(const Finding&) const = default;
};

/// Looks at everything; changes nothing. A look that fails is a problem as well.
[[nodiscard]] std::vector<Finding> examine(const host::Host& host, const Registry& registry,
                                           const Cidr& pool);

}  // namespace wpns::apply
