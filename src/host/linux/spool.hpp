#pragma once

#include <string>

#include "base/fd.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {

/// A file of root (0600) that a program fills, under a temporary name beside a place; gone again
/// unless it is kept.
class Spool {
  public:
    /// `place` outlives it.
    explicit Spool(const Place& place);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool();

    /// Open for reading and writing.
    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Makes it durable and gives it the name of the place, over a file that is there.
    void keep();

  private:
    const Place& place_;
    std::string name_;
    UniqueFd fd_;
    bool kept_ = false;
};

}  // namespace wpns::host::linux_os
