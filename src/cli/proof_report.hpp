#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "apply/doctor.hpp"
#include "apply/prove.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// How the last proof of a site's newest backup ended.
struct Proof {
    std::string time{};    ///< a stamp, when it ended
    std::string backup{};  ///< path, or what stands for one of a backup in a repository
    apply::Proven proven{};
    std::string problem{};  ///< why it could not be restored; empty where it could
};

/// /var/lib/wpns/proofs/NAME.json, root's alone.
[[nodiscard]] std::string proof_path(const SiteName& name);
void save_proof(const host::Host& host, const SiteName& name, const Proof& proof);
/// Nothing where no backup of the site was ever proved, or where the file makes no sense.
[[nodiscard]] std::optional<Proof> load_proof(const host::Host& host, const SiteName& name);

[[nodiscard]] nlohmann::ordered_json to_json(const Proof& proof);
/// "site-a-20261122T055500Z: restored for a test in 12 s: 12 tables, 345 files".
[[nodiscard]] std::string describe(const Proof& proof);

/// For `wpns doctor`: the sites whose last proof failed; nothing where none was ever tried.
[[nodiscard]] std::vector<apply::Finding> examine_proofs(const host::Host& host,
                                                         const Registry& registry);

}  // namespace wpns::cli
