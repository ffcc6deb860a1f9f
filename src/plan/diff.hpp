#pragma once

#include <optional>
#include <string>

#include "plan/plan.hpp"

/// What has to happen to one resource: the truth table of make_plan, row by row.
namespace wpns::plan {

/// One wanted resource beside what is remembered and what is there.
struct Comparison {
    const ResourceKey& key;
    const Resource& wanted;
    const std::string* recorded = nullptr;       ///< digest or "pending"; null: not recorded
    const Resource* observed = nullptr;          ///< null: not there
    const ResourceKey* changed_input = nullptr;  ///< of a unit: an input this plan acts on
};

struct Decision {
    enum class What { nothing, action, conflict };
    What what = What::nothing;
    Verb verb = Verb::create;  ///< of an action
    std::string reason;
};

[[nodiscard]] Decision decide(const Comparison& comparison);

}  // namespace wpns::plan
