#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/resource.hpp"

namespace wpns::host {

/// Local system accounts (/etc/passwd, /etc/group).
class Accounts {
  public:
    virtual ~Accounts() = default;
    /// All accounts the host resolves by these names; absent ones are not in the map. gid differing
    /// from uid, a login shell or a home directory that exists make it different from ours:
    /// reported as uid with the top bit set.
    [[nodiscard]] virtual std::map<std::string, Account> find(
        std::span<const std::string> names) const = 0;
    /// Every uid and gid in use on the host, sorted.
    [[nodiscard]] virtual std::vector<std::uint32_t> taken_ids() const = 0;
    /// Creates all of them in one go: system accounts with these numbers, locked, /nonexistent,
    /// nologin, own group.
    virtual void create(const std::map<std::string, Account>& accounts) = 0;
    virtual void remove(const std::string& name) = 0;
};

}  // namespace wpns::host
