#pragma once

#include <cstddef>
#include <vector>

#include "model/state.hpp"

/// Order from declared needs.
namespace wpns::plan {

/// One desired resource with the positions of what has to be there before it.
struct Node {
    const ResourceKey* key = nullptr;
    const Wanted* wanted = nullptr;
    std::vector<std::size_t> needs;   ///< without those that are not desired
    std::vector<std::size_t> inputs;  ///< of a unit: what it reads, likewise
};

/// All of `desired`, in its order; the pointers are into it.
[[nodiscard]] std::vector<Node> graph_of(const Desired& desired);

/// The positions of all nodes in groups of one kind: whatever a node needs or reads is in an
/// earlier group. Groups are as large as they can be, lowest kind first; within one by site and
/// id. Throws Error{bug} with the members when the needs form a circle.
[[nodiscard]] std::vector<std::vector<std::size_t>> waves(const std::vector<Node>& nodes);

}  // namespace wpns::plan
