#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/site_name.hpp"

namespace wpns::host {

/// One writer at a time on the whole host; and on one site one at a time that works for long.
///
/// Who changes a site holds the lock of the host and knows that nobody holds the site's. Who only
/// reads a site for long (a backup, a proof) takes both and lets that of the host go meanwhile.
class WriterLock {
  public:
    /// Locks, each held until the last copy is gone or the process ends.
    struct Held {
        std::shared_ptr<void> host;
        std::vector<std::shared_ptr<void>> sites;
    };
    virtual ~WriterLock() = default;
    /// The lock of the host. Throws Error{busy} with the process and the verb that hold it after
    /// `patience`.
    [[nodiscard]] virtual std::shared_ptr<void> take(const std::string& verb,
                                                     std::chrono::seconds patience) = 0;
    /// The same together with the locks of sites. Nobody waits for those: while one of them is
    /// taken, none of the others is held.
    [[nodiscard]] virtual Held take(const std::string& verb, const std::vector<SiteName>& sites,
                                    std::chrono::seconds patience) = 0;
    /// The lock of a site, or the Error{busy} that says who has it. At once, and only by the holder
    /// of the host's lock. A site's lock that this process holds already is given again.
    [[nodiscard]] virtual std::expected<std::shared_ptr<void>, Error> try_site(
        const SiteName& site, const std::string& verb) = 0;
};

}  // namespace wpns::host
