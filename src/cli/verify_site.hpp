#pragma once

#include <string>
#include <vector>

#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "verify/check.hpp"

namespace wpns::cli {

/// The program that tries, and its counterpart for the database, as every sandbox has them.
inline constexpr const char* probe_program = "/usr/lib/wpns/wpns-probe";
inline constexpr const char* database_probe = "/usr/share/wpns/php/verify.php";
/// Has the running PHP-FPM start the program that tries.
inline constexpr const char* running_probe = "/usr/share/wpns/php/verify-running.php";

/// All probes of one recorded site, run and judged. `plan` is what is to be done for it; `ears` are
/// open sockets of the host.
[[nodiscard]] std::vector<verify::Check> verify_site(Session& session, const SiteName& name,
                                                     const Planned& plan,
                                                     const host::Witness::Ears& ears);

/// What the requests of a site are about.
[[nodiscard]] verify::Places places_of(Session& session, const SiteName& name,
                                       const host::Witness::Ears& ears,
                                       const std::vector<host::Witness::Running>& processes);

/// What a probed service looks like from inside.
struct Inside {
    std::string status;  ///< text of its /proc/self/status; empty where the probe did not run
    std::string mounts;
};

/// What is seen from outside, by the request of the table's host rows.
[[nodiscard]] std::map<std::string, std::string> outside_facts(
    Session& session, const SiteName& name, const Planned& plan,
    const std::map<verify::Who, Inside>& inside);

/// Texts that only the paths and accounts of other sites hold.
[[nodiscard]] std::set<std::string> marks_of_others(Session& session, const SiteName& name);

}  // namespace wpns::cli
