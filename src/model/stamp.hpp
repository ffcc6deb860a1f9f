#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wpns {

/// What the kernel says of an entry of a directory without its being read. Every change of content,
/// owner, mode or identity shows in it: whoever can put `mtime` back still moves `ctime`.
struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint32_t mode = 0;  ///< type and permissions, as in stat(2)
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t links = 0;
    std::uint64_t size = 0;
    std::int64_t mtime = 0;  ///< nanoseconds since 1970
    std::int64_t ctime = 0;  ///< the same, by the kernel's clock
    bool operator==(const Stamp&) const = default;
};

/// Stamps in the order of the paths that were asked for; nothing where nothing is.
struct Stamps {
    std::int64_t taken = 0;  ///< the kernel's clock before the first look, in nanoseconds
    std::vector<std::optional<Stamp>> of{};
};

}  // namespace wpns
