#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/flow.hpp"
#include "model/resolved_target.hpp"
#include "model/resource.hpp"

namespace wpns::desired {

/// What the firewall table knows besides the sites.
struct Walls {
    Cidr pool;
    std::vector<Ipv4> resolvers;
    std::optional<Cidr6> pool6{};
};

/// What the rules of table inet wpns say of a new connection that a site makes
/// (render/firewall_text.cpp), so that open ones can be measured by them. `resolved` may hold other
/// links as well.
[[nodiscard]] bool permits(const FirewallSite& site, std::span<const ResolvedTarget> resolved,
                           const Walls& walls, const Flow& flow);
[[nodiscard]] bool permits(const FirewallSite& site, std::span<const ResolvedTarget> resolved,
                           const Walls& walls, const Flow6& flow);

}  // namespace wpns::desired
