#include <iostream>

#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

std::string question(const SiteName& name, const RemoveOptions& options) {
    return options.purge ? "remove site " + name.str() + " and DESTROY its files and its database?"
                         : "remove site " + name.str() +
                               "? Its files and its database are kept in an archive.";
}

/// The site file goes first into the data directory, so that the archive holds it, and then away,
/// so that the next sync does not bring the site back.
void take_site_file(Session& session, const std::string& path, const SiteName& name) {
    auto& files = session.host().files;
    auto file = files.read(path);
    if (!file) return;
    const std::string data = session.config().host.data_dir + "/" + name.str();
    if (files.is_directory(data)) {
        file->mode = 0600;
        files.write(data + "/site.toml", *file);
    }
    files.remove_file(path);
}

}  // namespace

int cmd_remove(const Globals& globals, const host::Host& host, const RemoveOptions& options) {
    const auto name = site_name(options.name);
    const auto lock = host.lock.take("remove " + name.str(), lock_patience);
    recover(host);
    const std::string path = site_file(globals.config_dir, name);
    Session session(globals, host, NoFiles::fine);
    const bool recorded = session.registry().sites.contains(name);
    if (!recorded && !session.config().sites.contains(name))
        throw Error(ErrorKind::usage, "there is no site " + name.str(),
                    "wpns list shows the sites");
    if (!confirm(question(name, options), options.yes)) return done;

    const Scope scope{.only = {name}, .leaving = {name}};
    const auto planned = make_plan(session, scope);
    if (!planned.site_errors.empty()) return print_report(globals, planned, {});
    take_site_file(session, path, name);
    auto how = apply_options(globals, planned.plan.actions.size());
    how.removal = options.purge ? apply::Removal::purge : apply::Removal::archive;
    return print_report(globals, planned, execute(session, planned, scope, how));
}

}  // namespace wpns::cli
