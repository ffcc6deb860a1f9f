#include "desired/flow_policy.hpp"

#include <algorithm>

#include "model/private_ranges.hpp"

namespace wpns::desired {
namespace {

template <typename AnyFlow>
bool is_web(const AnyFlow& flow) {
    return flow.protocol == protocol_tcp && (flow.port == 80 || flow.port == 443);
}

bool is_dns(const Flow& flow, const Walls& walls) {
    const bool transport = flow.protocol == protocol_tcp || flow.protocol == protocol_udp;
    return transport && flow.port == 53 &&
           std::ranges::find(walls.resolvers, flow.target) != walls.resolvers.end();
}

template <typename AnyFlow>
bool is_listed(const FirewallSite& site, std::span<const ResolvedTarget> resolved,
               const AnyFlow& flow) {
    const auto holds = [&](const AllowBox& box) {
        return box.holds(flow.target, flow.protocol, flow.port);
    };
    return std::ranges::any_of(site.allowed, holds) ||
           std::ranges::any_of(resolved, [&](const ResolvedTarget& target) {
               return target.link == site.link && holds(target.box);
           });
}

}  // namespace

bool permits(const FirewallSite& site, std::span<const ResolvedTarget> resolved, const Walls& walls,
             const Flow& flow) {
    if (site.egress == Egress::quarantine) return false;
    if (flow.target == site.gateway && (is_web(flow) || flow.protocol == protocol_icmp))
        return true;
    if (site.egress == Egress::none) return false;
    if (is_dns(flow, walls)) return true;
    if (walls.pool.contains(flow.target)) return false;
    const bool mail = flow.protocol == protocol_tcp && flow.port == 25;
    const bool by_default =
        site.egress == Egress::open || (site.egress == Egress::web && is_web(flow));
    if (by_default && !mail && !is_private(flow.target)) return true;
    return is_listed(site, resolved, flow);
}

bool permits(const FirewallSite& site, std::span<const ResolvedTarget> resolved, const Walls& walls,
             const Flow6& flow) {
    if (site.egress == Egress::quarantine) return false;
    if (flow.target == site.gateway6 && (is_web(flow) || flow.protocol == protocol_icmp6))
        return true;
    if (site.egress == Egress::none) return false;
    if (walls.pool6 && walls.pool6->contains(flow.target)) return false;
    const bool mail = flow.protocol == protocol_tcp && flow.port == 25;
    const bool by_default =
        site.egress == Egress::open || (site.egress == Egress::web && is_web(flow));
    if (by_default && !mail && !is_private(flow.target)) return true;
    return is_listed(site, resolved, flow);
}

}  // namespace wpns::desired
