#include "cli/planning.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {

int cmd_plan(const Globals& globals, const host::Host& host, const PlanOptions& options) {
    Session session(globals, host);
    Scope scope;
    for (const auto& name : options.names) scope.only.insert(site_name(name));
    scope.prune = options.prune;
    scope.memory = options.no_cache ? Memory::write : Memory::trusted;
    const auto planned = make_plan(session, scope);
    print_plan(globals, planned);
    // Not where all is as it should be: whoever looks every day knows it.
    if (!globals.json && !planned.plan.actions.empty()) print_no_quotas(session.facts().no_quotas);
    if (!planned.site_errors.empty()) return failed;
    return options.exit_code && !planned.plan.actions.empty() ? differences : done;
}

}  // namespace wpns::cli
