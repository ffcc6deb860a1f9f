#pragma once

#include <string>

#include "desired/desired.hpp"
#include "desired/flow_policy.hpp"
#include "model/resource.hpp"

namespace wpns::desired {

/// The text of the table as it was last applied: boot loads it from here.
inline constexpr const char* firewall_file = "/var/lib/wpns/firewall.nft";

[[nodiscard]] FirewallTable firewall_table(std::string text);
[[nodiscard]] FirewallTable firewall_table(const Inputs& inputs);
/// What that table says beside its sites.
[[nodiscard]] Walls walls(const Inputs& inputs);

}  // namespace wpns::desired
