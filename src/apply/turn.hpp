#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/host.hpp"

namespace wpns::apply {

/// The right of a run to write: the lock of the host and those of the sites that it is about.
class Turn {
  public:
    /// Waits for both; Error{busy} after `patience`.
    Turn(const host::Host& host, std::string verb, const std::vector<SiteName>& sites,
         std::chrono::seconds patience);

    /// Runs `work` without the lock of the host, so that other verbs get their turn on other sites,
    /// and takes it again. `work` writes into nothing but directories of its own. What was read of
    /// registry and configuration before is to be read again before it is written.
    void share(const std::function<void()>& work);

    /// False once the lock could not be taken again: nothing more may be written then.
    [[nodiscard]] bool is_alone() const { return alone_; }

  private:
    const host::Host& host_;
    std::string verb_;
    host::WriterLock::Held held_;
    bool alone_ = true;
};

}  // namespace wpns::apply
