#include <iostream>

#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

std::string question(const Planned& planned) {
    std::string names;
    for (const auto& name : planned.leaving) names += " " + name.str();
    return "remove" + names + "? Their files and databases are kept in an archive.";
}

}  // namespace

int cmd_sync(const Globals& globals, const host::Host& host, const SyncOptions& options) {
    const auto lock = host.lock.take("sync", lock_patience);
    (void)recover(globals, host);
    sweep_site_files(host.files, globals.config_dir);
    Session session(globals, host);
    Scope scope;
    for (const auto& name : options.names) scope.only.insert(site_name(name));
    scope.prune = options.prune;
    const auto planned = make_plan(session, scope);
    if (!planned.leaving.empty() && !confirm(question(planned), options.yes)) return done;
    if (planned.plan.actions.empty()) return print_report(globals, planned, {});
    return print_report(
        globals, planned,
        execute(session, planned, scope, apply_options(globals, planned.plan.actions.size())));
}

}  // namespace wpns::cli
