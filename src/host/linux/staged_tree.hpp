#pragma once

#include <string>

#include "base/fd.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {

/// A directory that is being filled under a temporary name beside its place; gone again with all
/// that is in it, unless it is published.
class StagedTree {
  public:
    /// Empty, 0700. `place` outlives it.
    explicit StagedTree(const Place& place);
    StagedTree(const StagedTree&) = delete;
    StagedTree& operator=(const StagedTree&) = delete;
    ~StagedTree();

    /// Open for reading.
    [[nodiscard]] int fd() const { return tree_.get(); }

    enum class Name { is_free, is_of_empty_directory };
    /// Makes everything in it durable, then gives it its name.
    void publish(Name name = Name::is_free);

  private:
    const Place& place_;
    std::string name_;
    UniqueFd tree_;
    bool published_ = false;
};

/// fsync of a directory by a descriptor that may be O_PATH.
void sync_directory(int path_fd, const std::string& shown);

}  // namespace wpns::host::linux_os
