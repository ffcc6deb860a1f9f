#include "cli/execution.hpp"

#include "apply/archive.hpp"
#include "base/error.hpp"
#include "cli/proof_report.hpp"
#include "cli/verify_report.hpp"
#include "desired/firewall.hpp"

namespace wpns::cli {
namespace {

/// Drops the record of every site that has nothing left but archives.
void forget_gone(Session& session, const Planned& planned) {
    auto& registry = session.registry();
    for (const auto& name : planned.leaving) {
        const auto it = registry.sites.find(name);
        if (it == registry.sites.end() || !it->second.resources.empty()) continue;
        apply::keep_numbers(session.host().files, registry, session.config().host.archive_dir,
                            name);
        session.host().files.remove_file(verified_path(name));
        session.host().files.remove_file(proof_path(name));
        registry.sites.erase(it);
    }
    session.registry_file().save(registry);
}

/// Looks again; what is still to be done did not take.
void verify(Session& session, const Scope& scope, apply::Report& report) {
    Scope again = scope;
    std::erase_if(again.only, [&](const SiteName& name) {
        return !session.config().sites.contains(name) && !session.registry().sites.contains(name);
    });
    if (again.only.empty() && !scope.only.empty()) return;
    for (const auto& action : make_plan(session, again).plan.actions) {
        auto& site = report[action.key.site];
        if (site.errors.empty())
            site.errors.push_back("did not take: " + plan::describe(action) + " (" + action.reason +
                                  ")");
    }
}

}  // namespace

apply::Report carry_out(Session& session, const plan::Plan& plan, apply::Options options) {
    options.data_dir = session.config().host.data_dir;
    options.archive_dir = session.config().host.archive_dir;
    options.walls = desired::walls(session.inputs());
    return apply::execute(plan, session.host(), session.registry(), session.registry_file(),
                          options);
}

apply::Report execute(Session& session, const Planned& planned, const Scope& scope,
                      apply::Options options) {
    auto report = carry_out(session, planned.plan, std::move(options));
    forget_gone(session, planned);
    verify(session, scope, report);
    return report;
}

}  // namespace wpns::cli
