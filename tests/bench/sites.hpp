#pragma once

#include <string>
#include <vector>

#include "desired/firewall.hpp"
#include "desired/network.hpp"

/// The sites that programs of this folder set up: s0, s1, ... in the /30s from 10.10.1.0 on.
namespace wpns::bench {

struct Site {
    SiteName name;
    Link link;
};

struct Networks {
    std::vector<Site> sites;
    std::vector<FirewallSite> firewall;  ///< in the same order
};

inline const Cidr pool = Cidr::parse("10.10.0.0/16").value();

/// The first `size` sites.
inline Networks networks_of(unsigned size) {
    Networks networks;
    for (unsigned n = 0; n < size; ++n) {
        const SiteName name = SiteName::parse("s" + std::to_string(n)).value();
        SiteRecord record;
        record.allocation.subnet = Cidr::of(Ipv4{pool.at(256).value + 4 * n}, 30);
        networks.sites.push_back({name, desired::link(name, record)});
        networks.firewall.push_back(desired::firewall_site(name, record));
    }
    return networks;
}

}  // namespace wpns::bench
