#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "verify/check.hpp"

namespace wpns::cli {

/// How a site's last `verify` ended.
struct Verified {
    std::string time;  ///< "2026-01-31T04:05:06Z"
    std::size_t probes = 0;
    std::size_t passed = 0;
};

/// /var/lib/wpns/verify/NAME.json, root's alone.
[[nodiscard]] std::string verified_path(const SiteName& name);
void save_verified(const host::Host& host, const SiteName& name,
                   const std::vector<verify::Check>& checks);
/// Nothing where the site was never verified, or where the file makes no sense.
[[nodiscard]] std::optional<Verified> load_verified(const host::Host& host, const SiteName& name);

[[nodiscard]] nlohmann::ordered_json checks_json(const SiteName& name,
                                                 const std::vector<verify::Check>& checks);
/// What failed, what it means, what to do; then "site-a: 87 probes, 87 as expected".
void print_checks(const SiteName& name, const std::vector<verify::Check>& checks);

[[nodiscard]] std::size_t passed_of(const std::vector<verify::Check>& checks);

}  // namespace wpns::cli
