#include <algorithm>

#include "verify/rows.hpp"

namespace wpns::verify {

std::vector<Probe> table() {
    std::vector<Probe> all;
    for (const auto& rows : {network_rows(), file_rows(), process_rows(), kernel_rows(),
                             socket_rows(), database_rows(), host_rows()})
        all.insert(all.end(), rows.begin(), rows.end());
    // what the unit of PHP is kept from, the PHP that runs since earlier is kept from as well
    for (auto& probe : all)
        if (std::ranges::find(probe.who, Who::php) != probe.who.end())
            probe.who.push_back(Who::fpm);
    return all;
}

}  // namespace wpns::verify
