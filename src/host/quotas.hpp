#pragma once

#include <optional>
#include <string>

#include "model/resource.hpp"

namespace wpns::host {

/// Limits of what a directory and all below it take on the disk, kept by the filesystem (project
/// quotas). The number that the filesystem counts by stands in the directory itself, so it moves
/// with it, and everything that is made below inherits it.
class Quotas {
  public:
    virtual ~Quotas() = default;
    /// Why nothing can be limited where `directory` is or would be; empty where it can.
    [[nodiscard]] virtual std::string lack(const std::string& directory) const = 0;
    /// Limit and use of a directory; nothing where it is not there or has no number of its own.
    [[nodiscard]] virtual std::optional<Quota> find(const std::string& directory) const = 0;
    /// Gives a directory in the root world a number that nothing else on its filesystem has, unless
    /// it has one, counts what is in it already, looked at by its owners, and sets the limit. Error
    /// where there are no quotas.
    virtual void set(const std::string& directory, const Quota& quota) = 0;
    /// Takes the limit away; what is there stays counted. Nothing to do where there is none.
    virtual void lift(const std::string& directory) = 0;
};

}  // namespace wpns::host
