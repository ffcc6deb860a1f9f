#pragma once

#include "desired/builder.hpp"
#include "model/facts.hpp"

namespace wpns::desired {

/// The WordPress tree of a source that can be used, with all that making it takes.
[[nodiscard]] Core core(const Inputs& inputs, Builder& builder, const CoreFact& fact);

}  // namespace wpns::desired
