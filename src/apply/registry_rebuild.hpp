#pragma once

#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/registry.hpp"

namespace wpns::apply {

/// A registry put together from what is left, and how.
struct Rebuilt {
    Registry registry;
    std::string base;             ///< path of the generation it starts from; empty for none
    std::vector<SiteName> added;  ///< sites that come from what was given to them
    std::vector<std::string> notes;
};

/// Starts from the newest older generation that can be read, and adds every site that has a
/// given.toml among its rendered files. Writes nothing. An added site has no resources yet.
[[nodiscard]] Rebuilt rebuild_registry(const host::Files& files);

}  // namespace wpns::apply
