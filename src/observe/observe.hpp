#pragma once

#include <set>

#include "host/host.hpp"
#include "model/state.hpp"

/// Reads only: asks the host, in bulk per kind, what is there.
namespace wpns::observe {

/// The observed value of every key that exists on the host. `keys` are all keys of interest;
/// `desired` gives the wanted value where a kind can only be compared with one (links, the firewall
/// table).
[[nodiscard]] Observed observe(const host::Host& host, const std::set<ResourceKey>& keys,
                               const Desired& desired);

}  // namespace wpns::observe
