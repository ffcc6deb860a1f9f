#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace wpns::host {

/// Programs of the host that set up network links.
class LinkManagers {
  public:
    /// One that runs.
    struct Manager {
        std::string program;  ///< "systemd-networkd", "NetworkManager"
        /// Those of the links that it takes for its own to set up, each with the file that tells it
        /// to; empty where it does not say which.
        std::map<std::string, std::string> managed;
    };
    virtual ~LinkManagers() = default;
    /// Those that run, each with what it manages among `links`. Starts none of them.
    [[nodiscard]] virtual std::vector<Manager> look(std::span<const std::string> links) const = 0;
};

}  // namespace wpns::host
