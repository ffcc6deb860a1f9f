#include "verify/rows.hpp"

namespace wpns::verify {

std::vector<Probe> table() {
    std::vector<Probe> all;
    for (const auto& rows : {network_rows(), file_rows(), process_rows(), kernel_rows(),
                             socket_rows(), database_rows(), host_rows()})
        all.insert(all.end(), rows.begin(), rows.end());
    return all;
}

}  // namespace wpns::verify
