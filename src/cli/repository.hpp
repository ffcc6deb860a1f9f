#pragma once

#include <optional>
#include <vector>

#include "apply/doctor.hpp"
#include "apply/repository.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// Whether [backup] names a repository.
[[nodiscard]] bool has_repository(const Session& session);

/// The configured repository, to save and to fetch a backup of a site, or to ask about all and to
/// change what is in it. Error{usage} where there is none.
[[nodiscard]] apply::Repository repository(Session& session, const std::optional<SiteName>& site);

/// For `wpns doctor`: whether it can be used and read; nothing where none is configured.
[[nodiscard]] std::vector<apply::Finding> examine_repository(Session& session);

}  // namespace wpns::cli
