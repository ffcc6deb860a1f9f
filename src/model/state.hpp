#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/resource.hpp"

namespace wpns {

/// A resource somebody wants, with what must be there before it.
struct Wanted {
    Resource value;
    std::vector<ResourceKey> needs;
};

/// Desired state: what the files ask for.
using Desired = std::map<ResourceKey, Wanted>;

/// Recorded state: what we made, as digests (digest_of). A value of "pending" means: intended,
/// perhaps done.
using Recorded = std::map<ResourceKey, std::string>;
inline constexpr const char* pending = "pending";

/// Observed state: what is there now. A key that is not in it does not exist on the host.
using Observed = std::map<ResourceKey, Resource>;

}  // namespace wpns
