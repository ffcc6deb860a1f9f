#include <iostream>

#include "apply/owed.hpp"
#include "apply/park.hpp"
#include "base/error.hpp"
#include "cli/json.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "cli/verify_report.hpp"
#include "cli/verify_site.hpp"

namespace wpns::cli {
namespace {

std::set<SiteName> sites_of(const Session& session, const VerifyOptions& options) {
    std::set<SiteName> names;
    for (const auto& text : options.names) names.insert(site_name(text));
    for (const auto& name : names)
        if (!session.registry().sites.contains(name))
            throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                        "wpns add " + name.str());
    if (!names.empty()) return names;
    for (const auto& [name, record] : session.registry().sites) names.insert(name);
    return names;
}

/// What does not run cannot be looked at.
void wake(const host::Host& host, const SiteName& name) {
    const std::string problem = apply::wake(host, {&name, 1}).at(name);
    if (!problem.empty()) throw Error(ErrorKind::failed, "wake " + name.str() + ": " + problem);
}

}  // namespace

/// Nobody changes a site while it is looked at, so the lock is taken, for one site at a time.
int cmd_verify(const Globals& globals, const host::Host& host, const VerifyOptions& options) {
    if (!host.witness.exists(probe_program))
        throw Error(ErrorKind::missing, std::string(probe_program) + " is not installed");
    std::set<SiteName> names;
    {
        const Session session(globals, host, NoFiles::fine);
        names = sites_of(session, options);
    }
    const auto ears = host.witness.listen();
    auto all = nlohmann::ordered_json::array();
    bool well = true;
    for (const auto& name : names) {
        const auto lock = host.lock.take("verify " + name.str(), lock_patience);
        Session session(globals, host, NoFiles::fine);
        if (!session.registry().sites.contains(name)) continue;  // removed meanwhile
        apply::have_installed(host, name);
        if (session.registry().sites.at(name).on_demand()) wake(host, name);
        const auto plan = make_plan(session, {.only = {name}, .leaving = {}});
        const auto checks = verify_site(session, name, plan, ears);
        save_verified(host, name, checks);
        well = well && passed_of(checks) == checks.size();
        if (!globals.json)
            print_checks(name, checks);
        else
            for (auto& row : checks_json(name, checks)) all.push_back(std::move(row));
    }
    if (globals.json) print_json({{"probes", all}});
    return well ? done : failed;
}

}  // namespace wpns::cli
