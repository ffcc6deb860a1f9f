#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/any_network.hpp"

namespace wpns::host {

/// Which addresses of a name are asked for.
enum class Families { ipv4, both };

/// Names of the internet.
class Resolver {
  public:
    virtual ~Resolver() = default;
    /// The addresses of each name, in order, asked for all at once; a name that has none or gave no
    /// answer before the deadline is not in the map. The families are asked for apart, so that a
    /// name server that is silent about one of them keeps nothing of the other.
    [[nodiscard]] virtual std::map<std::string, std::vector<AnyAddress>> look_up(
        std::span<const std::string> names, Families families,
        std::chrono::seconds deadline) const = 0;
};

}  // namespace wpns::host
