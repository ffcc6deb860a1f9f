#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/process.hpp"

namespace wpns::host {

/// Archives of WordPress, and the trees made from them. Nothing here believes a byte of them.
class Archives {
  public:
    /// An archive in the root world, and what it must be.
    struct Archive {
        std::string path;
        std::string sha256;
    };
    virtual ~Archives() = default;
    /// The SHA-256 of a root-world file; nothing where there is none.
    [[nodiscard]] virtual std::optional<std::string> sha256(const std::string& path) const = 0;
    /// Runs `download` and keeps what it writes to standard output, root's and 0600, when it ends
    /// with status 0 and the bytes have the SHA-256 of `archive`. Else Error, and nothing is kept.
    virtual void receive(const Process::Command& download, const Archive& archive) = 0;
    /// Runs `unpacker` with the archive at standard input and makes the tree `to` from the records
    /// that it writes (model/archive_tree.hpp): root's, 0755 and 0644, without the names in `skip`,
    /// built beside it and renamed, so `to` is whole or not there. Error when the archive is not
    /// the one with that SHA-256, when the unpacker fails and when the records are no WordPress.
    /// Gives the version of WordPress in it, empty where it cannot be read.
    virtual std::string make_tree(const Process::Command& unpacker, const Archive& archive,
                                  const std::string& to, const std::vector<std::string>& skip) = 0;
    /// Runs `maker`, without input, and makes the tree `to` of whatever records it writes, in the
    /// same way. Error when the maker fails or a record is refused.
    virtual void make_plain_tree(const Process::Command& maker, const std::string& to) = 0;
};

}  // namespace wpns::host
