#pragma once

#include <string>
#include <vector>

#include "model/address.hpp"

namespace wpns::host::linux_os {

/// The IPv4 name servers in the file `first`; where one of them is of 127.0.0.0/8, a stub that the
/// namespaces cannot reach, those in the file `behind_stub`. Never one of 127.0.0.0/8; none where
/// neither file names one.
[[nodiscard]] std::vector<Ipv4> upstream_resolvers(const std::string& first,
                                                   const std::string& behind_stub);

}  // namespace wpns::host::linux_os
