#pragma once

#include <map>
#include <string>

#include "cli/proof_report.hpp"
#include "cli/session.hpp"
#include "cli/verify_report.hpp"

namespace wpns::cli {

/// What `list` and `status` say of one site.
struct SiteStatus {
    std::string name;
    std::string domain;
    /// "active": services run; "parked": sockets listen, and some or all services are stopped or on
    /// their way; "absent": a file, but not set up; "degraded": all else
    std::string state;
    const SiteRecord* record = nullptr;  ///< null where absent
    std::map<std::string, std::string>
        units;  ///< unit name to its active state ("inactive" where not loaded)
    bool has_file = true;
    std::string shadow{};                ///< as in its file
    std::optional<Quota> disk{};         ///< nothing where its filesystem does not count it
    std::optional<Verified> verified{};  ///< how the last `wpns verify` ended
    std::optional<Proof> proof{};        ///< how the last proof of its newest backup ended
};

/// Every site that has a file or a record, by name; one question to systemd for all of them.
[[nodiscard]] std::map<SiteName, SiteStatus> site_statuses(Session& session);

}  // namespace wpns::cli
