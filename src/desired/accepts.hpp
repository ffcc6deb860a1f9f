#pragma once

#include <set>
#include <string>

#include "model/passage.hpp"

namespace wpns::desired {

/// Where an accept of ours has to be as long as there is a site (names::in_docker, names::in_ufw):
/// with those who drop what sites send and have no accept of the admin's. One that is there stays
/// while its owner is turned off and on again.
[[nodiscard]] std::set<std::string> accepts(const Passage& passage);

}  // namespace wpns::desired
