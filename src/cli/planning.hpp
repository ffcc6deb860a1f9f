#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "cli/session.hpp"
#include "cli/settling.hpp"
#include "plan/plan.hpp"

namespace wpns::cli {

/// Which sites a run is about, and what becomes of those that are recorded but have no file.
struct Scope {
    std::set<SiteName> only{};               ///< all sites where empty
    std::set<SiteName> leaving{};            ///< removed, whether or not they have a file
    bool prune = false;                      ///< recorded sites without a file leave as well
    std::map<SiteName, std::string> busy{};  ///< left as they are, and why
    Memory memory = Memory::none;
};

/// A plan with what could not be planned.
struct Planned {
    plan::Plan plan;
    std::set<SiteName> orphans;  ///< recorded, without a file, and left alone
    std::set<SiteName> leaving;  ///< sites that this plan removes
    std::map<std::string, std::string>
        site_errors;           ///< by site; the empty name is the host: then nothing can be done
    std::size_t rendered = 0;  ///< sites whose files were rendered and read to be compared
};

/// Compares desired, recorded and observed state of the sites in scope. New sites get their numbers
/// in the session's registry, in memory. Throws Error{usage} for a site in `only` that has neither
/// file nor record.
[[nodiscard]] Planned make_plan(Session& session, const Scope& scope);

}  // namespace wpns::cli
