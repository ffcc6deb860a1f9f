#include "desired/firewall.hpp"

#include <utility>

#include "base/digest.hpp"
#include "render/firewall_text.hpp"

namespace wpns::desired {

FirewallTable firewall_table(std::string text) {
    FirewallTable table;
    table.digest = sha256_hex(text);
    table.ipv6 = render::firewall_has_ipv6(text);
    table.groups = render::firewall_has_groups(text);
    table.text = std::move(text);
    return table;
}

FirewallTable firewall_table(const Inputs& inputs) {
    const Walls fixed = walls(inputs);
    return firewall_table(
        render::firewall_table_text(fixed.pool, fixed.resolvers, fixed.pool6,
                                    inputs.groups ? render::Groups::some : render::Groups::none));
}

Walls walls(const Inputs& inputs) {
    return {inputs.host.pool, inputs.host.dns.empty() ? inputs.facts.resolvers : inputs.host.dns,
            inputs.host.pool6};
}

}  // namespace wpns::desired
