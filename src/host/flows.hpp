#pragma once

#include <functional>

#include "model/flow.hpp"

namespace wpns::host {

/// Open connections, as the kernel follows them.
class Flows {
  public:
    virtual ~Flows() = default;
    /// Ends every IPv4 flow for which `forbidden` says so: its next packet is one of a new
    /// connection, which the firewall judges. How many they were.
    virtual unsigned cut(const std::function<bool(const Flow&)>& forbidden) = 0;
    /// The same of IPv6.
    virtual unsigned cut6(const std::function<bool(const Flow6&)>& forbidden) = 0;
};

}  // namespace wpns::host
