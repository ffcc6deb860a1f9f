#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/archive.hpp"

namespace wpns::apply {

/// What a run was about to do that `sync` alone could not finish. Durable before the first effect.
struct Intent {
    enum class Operation { remove, archive_restore, backup, restore, clone, prove };
    Operation operation = Operation::backup;
    SiteName site;
    /// The archive that comes back, or the directory that is being built; of a removal what becomes
    /// of the data, "archive" or "purge".
    std::string path;
    std::string data;  ///< the site's data directory
    std::string file;  ///< the site's file
    bool operator==(const Intent&) const = default;
};

/// One small file an unfinished operation, in /var/lib/wpns/journal. All functions want the lock.
class Journal {
  public:
    explicit Journal(host::Files& files) : files_(files) {}

    void begin(const Intent& intent);
    void end(const SiteName& site);
    /// What earlier runs have left. A file that cannot be read is Error{conflict}: somebody changed
    /// it, so nothing may be concluded from it.
    [[nodiscard]] std::vector<Intent> unfinished() const;
    /// Takes away the beginnings of files that were never written to their end.
    void sweep();

    [[nodiscard]] static std::string path_of(const SiteName& site);

  private:
    host::Files& files_;
};

}  // namespace wpns::apply
