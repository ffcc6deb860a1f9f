#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/address.hpp"

namespace wpns::host {

/// Names of the internet.
class Resolver {
  public:
    virtual ~Resolver() = default;
    /// The IPv4 addresses of each name, asked for all at once; a name that has none or gave no
    /// answer before the deadline is not in the map.
    [[nodiscard]] virtual std::map<std::string, std::vector<Ipv4>> look_up(
        std::span<const std::string> names, std::chrono::seconds deadline) const = 0;
};

}  // namespace wpns::host
