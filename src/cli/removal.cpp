#include "cli/removal.hpp"

#include "base/error.hpp"
#include "cli/config_files.hpp"
#include "cli/report.hpp"

namespace wpns::cli {
namespace {

constexpr const char* purge_word = "purge";

/// The site file goes first into the data directory, so that the archive holds it, and then away,
/// so that the next sync does not bring the site back.
void take_site_file(Session& session, const std::string& path, const std::string& data) {
    auto& files = session.host().files;
    auto file = files.read(path);
    if (!file) return;
    if (files.is_directory(data)) {
        file->mode = 0600;
        files.write(data + "/site.toml", *file);
    }
    files.remove_file(path);
}

}  // namespace

Removed remove_site(const Globals& globals, Session& session, const SiteName& name,
                    apply::Removal removal) {
    const Scope scope{.only = {name}, .leaving = {name}};
    Removed removed{make_plan(session, scope), {}};
    if (!removed.planned.site_errors.empty()) return removed;
    const bool purge = removal == apply::Removal::purge;
    const std::string data = session.config().host.data_dir + "/" + name.str();
    const std::string file = site_file(globals.config_dir, name);
    apply::Journal journal(session.host().files);
    journal.begin(
        {apply::Intent::Operation::remove, name, purge ? purge_word : "archive", data, file});
    take_site_file(session, file, data);
    auto how = apply_options(globals, removed.planned.plan.actions.size());
    how.removal = removal;
    removed.report = execute(session, removed.planned, scope, how);
    if (!first_error(removed.planned, removed.report)) journal.end(name);
    return removed;
}

bool end_without_site(const Session& session, const apply::Intent& intent) {
    if (session.registry().sites.contains(intent.site) ||
        session.config().sites.contains(intent.site))
        return false;
    apply::Journal(session.host().files).end(intent.site);
    return true;
}

bool finish_removal(const Globals& globals, const host::Host& host, const apply::Intent& intent) {
    Session session(globals, host, NoFiles::fine);
    if (end_without_site(session, intent)) return true;
    const auto removal =
        intent.path == purge_word ? apply::Removal::purge : apply::Removal::archive;
    const auto removed = remove_site(globals, session, intent.site, removal);
    if (const auto error = first_error(removed.planned, removed.report)) {
        tell(intent.site, "its removal, which an earlier run began, is not finished: " + *error);
        return false;
    }
    tell(intent.site, "the removal that an earlier run began is finished");
    for (const auto& [site, outcome] : removed.report)
        if (!outcome.archive.empty())
            tell(intent.site, "files and database are kept in " + outcome.archive);
    return true;
}

}  // namespace wpns::cli
