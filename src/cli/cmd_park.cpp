#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "apply/park.hpp"
#include "base/error.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

using Sites = std::set<SiteName>;

/// Each once.
std::vector<SiteName> names_of(const ParkOptions& options) {
    Sites sites;
    for (const auto& text : options.names) sites.insert(site_name(text));
    return {sites.begin(), sites.end()};
}

Sites require_set_up(const Session& session, const std::vector<SiteName>& names) {
    for (const auto& name : names)
        if (!session.registry().sites.contains(name))
            throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                        "wpns add " + name.str());
    return {names.begin(), names.end()};
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

/// The host's lock; nothing where a run holds it, which may be at work on any site: the next look
/// is seconds away.
std::optional<std::shared_ptr<void>> lock_if_free(const host::Host& host) {
    try {
        return host.lock.take("idle", std::chrono::seconds(0));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::busy) throw;
        return std::nullopt;
    }
}

int park_idle(const Globals& globals, const host::Host& host) {
    const auto lock = lock_if_free(host);
    if (!lock) return done;
    auto idle = apply::idle_sites(host);
    std::erase_if(idle, [&](const SiteName& name) { return !host.lock.try_site(name, "idle"); });
    return idle.empty() ? done : print(globals, apply::park(host, idle), "parked");
}

/// For some seconds, as its timer comes back in 20 s. Whoever waits for the lock has it between two
/// of them.
void open_ports(const host::Host& host) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::set<std::string> tried;
    while (std::chrono::steady_clock::now() < end) {
        const auto lock = lock_if_free(host);
        if (!lock || !apply::open_some_ports(host, tried)) return;
    }
}

}  // namespace

int cmd_park(const Globals& globals, const host::Host& host, const ParkOptions& options) {
    const auto names = names_of(options);
    const auto lock = host.lock.take("park", names, lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto sites = require_set_up(session, names);
    if (!set_parked(globals, session, sites, true)) return failed;
    return print(globals, apply::park(host, names), "parked");
}

int cmd_wake(const Globals& globals, const host::Host& host, const ParkOptions& options) {
    const auto lock = host.lock.take("wake", lock_patience);
    (void)recover(globals, host);
    Session session(globals, host, NoFiles::fine);
    const auto names = names_of(options);
    const auto sites = require_set_up(session, names);
    if (!set_parked(globals, session, sites, false)) return failed;
    return print(globals, apply::wake(host, names), "awake");
}

int cmd_idle(const Globals& globals, const host::Host& host) {
    const int status = park_idle(globals, host);
    open_ports(host);
    return status;
}

}  // namespace wpns::cli
