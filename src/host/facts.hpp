#pragma once

#include <vector>

#include "model/facts.hpp"
#include "model/host_config.hpp"

namespace wpns::host {

/// What planning must know of the host beyond our own resources.
class Facts {
  public:
    virtual ~Facts() = default;
    /// Looks at programs, routes, resolvers and the WordPress sources `core_sources`, once.
    /// Downloads and unpacks nothing.
    [[nodiscard]] virtual HostFacts gather(const HostConfig& config,
                                           const std::vector<CoreSource>& core_sources) const = 0;
};

}  // namespace wpns::host
