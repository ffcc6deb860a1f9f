#include "model/registry.hpp"

namespace wpns {

std::string fault_of(const Allocation& allocation) {
    const Cidr& subnet = allocation.subnet;
    if (allocation.group.empty()) return subnet.prefix() == 30 ? "" : "subnet makes no sense";
    if (!SiteName::parse(allocation.group)) return "group is no name";
    const Ipv4 address = allocation.address;
    const bool of_a_site = subnet.prefix() <= 30 && subnet.contains(address) &&
                           address > subnet.at(1) &&
                           address < subnet.at(static_cast<std::uint32_t>(subnet.size() - 1));
    return of_a_site ? "" : "address is none for a site of " + subnet.str();
}

}  // namespace wpns
