#pragma once

#include <optional>
#include <vector>

#include "apply/doctor.hpp"
#include "apply/repository.hpp"
#include "cli/session.hpp"

namespace wpns::cli {

/// Whether [backup] names a repository.
[[nodiscard]] bool has_repository(const Session& session);

/// The configured repository, for the backups of a site or for all. Error{usage} where there is
/// none.
[[nodiscard]] apply::Repository repository(Session& session, const std::optional<SiteName>& site);

/// For `wpns doctor`: whether it can be used and read; nothing where none is configured.
[[nodiscard]] std::vector<apply::Finding> examine_repository(Session& session);

}  // namespace wpns::cli
