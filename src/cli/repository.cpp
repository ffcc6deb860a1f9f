#include "cli/repository.hpp"

#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::cli {

bool has_repository(const Session& session) {
    return !session.config().host.backup_repository.empty();
}

apply::Repository repository(Session& session, const std::optional<SiteName>& site) {
    if (!has_repository(session))
        throw Error(ErrorKind::usage, "no repository is configured",
                    "name one in wpns.toml: [backup] repository and password_file");
    const auto& settings = session.config().host;
    const auto unit = desired::repository_unit(
        session.inputs(), {site ? names::repository_slice(*site) : names::repository_slice_of_host,
                           site ? apply::staged_dir(*site) : "/"});
    if (!unit) throw Error(ErrorKind::config, unit.error());
    return {session.host(),
            {.url = settings.backup_repository,
             .password_file = settings.backup_password_file,
             .environment_file = settings.backup_environment_file,
             .lineage = session.registry().lineage,
             .unit = *unit}};
}

std::vector<apply::Finding> examine_repository(Session& session) {
    if (!has_repository(session)) return {};
    apply::Finding finding{.about = "repository of backups (" +
                                    session.config().host.backup_repository + ")"};
    try {
        const auto place = repository(session, std::nullopt);
        place.require_ready();
        (void)place.list(std::nullopt);
    } catch (const Error& error) {
        finding.problem = error.message();
        finding.meaning = "no site is backed up, and no backup in it can be restored";
        const bool is_command = error.remedy().starts_with("apt install ");
        if (!error.remedy().empty()) finding.fix = {(is_command ? "" : "# ") + error.remedy()};
    }
    return {finding};
}

}  // namespace wpns::cli
