#include <algorithm>
#include <iostream>

#include "apply/park.hpp"
#include "base/error.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

using Sites = std::set<SiteName>;

Sites sites_of(const Session& session, const std::vector<std::string>& texts) {
    Sites sites;
    for (const auto& text : texts) sites.insert(site_name(text));
    for (const auto& name : sites)
        if (!session.registry().sites.contains(name))
            throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                        "wpns add " + name.str());
    return sites;
}

/// Makes sites such that may be parked, or such that always run. One that has [idle] after may be
/// parked anyway. True where that worked out.
bool set_parked(const Globals& globals, Session& session, const Sites& sites, bool parked) {
    Scope scope;
    for (const auto& name : sites) {
        auto& record = session.registry().sites.at(name);
        if (record.parked == parked || (parked && record.on_demand())) continue;
        record.parked = parked;
        scope.only.insert(name);
    }
    if (scope.only.empty()) return true;
    const auto planned = make_plan(session, scope);
    const auto report =
        execute(session, planned, scope, apply_options(globals, planned.plan.actions.size()));
    if (!first_error(planned, report)) return true;
    (void)print_report(globals, planned, report);
    return false;
}

int print(const Globals& globals, const std::map<SiteName, std::string>& problems,
          const char* done_word) {
    bool well = true;
    for (const auto& [name, problem] : problems) {
        well = well && problem.empty();
        if (!problem.empty())
            std::cerr << "wpns: " << name.str() << ": " << problem << "\n";
        else if (!globals.json)
            std::cout << name.str() << ": " << done_word << "\n";
    }
    return well ? done : failed;
}

}  // namespace

int cmd_park(const Globals& globals, const host::Host& host, const ParkOptions& options) {
    const auto lock = host.lock.take("park", lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto sites = sites_of(session, options.names);
    if (!set_parked(globals, session, sites, true)) return failed;
    const std::vector<SiteName> names(sites.begin(), sites.end());
    return print(globals, apply::park(host, names), "parked");
}

int cmd_wake(const Globals& globals, const host::Host& host, const ParkOptions& options) {
    const auto lock = host.lock.take("wake", lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto sites = sites_of(session, options.names);
    if (!set_parked(globals, session, sites, false)) return failed;
    const std::vector<SiteName> names(sites.begin(), sites.end());
    return print(globals, apply::wake(host, names), "awake");
}

/// A run that holds the lock may be at work on any site; the next look is seconds away.
int cmd_idle(const Globals& globals, const host::Host& host) {
    std::shared_ptr<void> lock;
    try {
        lock = host.lock.take("idle", std::chrono::seconds(0));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::busy) throw;
        return done;
    }
    const auto idle = apply::idle_sites(host);
    return idle.empty() ? done : print(globals, apply::park(host, idle), "parked");
}

}  // namespace wpns::cli
