#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace wpns::host {

/// One writer at a time on the whole host.
class WriterLock {
  public:
    virtual ~WriterLock() = default;
    /// The lock, held until the last copy of the result is gone or the process ends. Throws
    /// Error{busy} with the process and the verb that hold it after `patience`.
    [[nodiscard]] virtual std::shared_ptr<void> take(const std::string& verb,
                                                     std::chrono::seconds patience) = 0;
};

}  // namespace wpns::host
