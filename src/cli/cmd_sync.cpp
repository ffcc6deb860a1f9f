#include <chrono>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

/// How long a site that somebody backs up keeps the others waiting.
constexpr std::chrono::seconds busy_patience{30};

std::string question(const Planned& planned) {
    std::string names;
    for (const auto& name : planned.leaving) names += " " + name.str();
    return "remove" + names + "? Their files and databases are kept in an archive.";
}

/// Sites that the plan changes while somebody backs them up, and who.
std::map<SiteName, std::string> busy_sites(const host::Host& host, const Planned& planned) {
    std::map<SiteName, std::string> busy;
    for (const auto& action : planned.plan.actions) {
        const auto name = SiteName::parse(action.key.site);
        if (!name || busy.contains(*name)) continue;
        if (const auto lock = host.lock.try_site(*name, "sync"); !lock)
            busy[*name] = lock.error().message();
    }
    return busy;
}

/// How long busy sites are waited for.
class Patience {
  public:
    /// True where there is time left; says once who is waited for.
    bool left_for(const std::map<SiteName, std::string>& busy) {
        if (!std::exchange(told_, true))
            for (const auto& [name, who] : busy) tell(name, "waiting: " + who);
        return std::chrono::steady_clock::now() < end_;
    }

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + busy_patience;
    bool told_ = false;
};

/// One look at the whole host under the lock, and what follows from it. Nothing where sites that
/// are to change are busy and there is time to wait for them.
std::optional<int> sync_once(const Globals& globals, const host::Host& host,
                             const SyncOptions& options, Patience& patience) {
    const auto lock = host.lock.take("sync", lock_patience);
    (void)recover(globals, host);
    sweep_site_files(host.files, globals.config_dir);
    Session session(globals, host);
    Scope scope;
    for (const auto& name : options.names) scope.only.insert(site_name(name));
    scope.prune = options.prune;
    scope.memory = options.no_cache ? Memory::write : Memory::trusted;
    auto planned = make_plan(session, scope);
    scope.busy = busy_sites(host, planned);
    if (!scope.busy.empty() && patience.left_for(scope.busy)) return std::nullopt;
    if (!scope.busy.empty()) planned = make_plan(session, scope);
    if (!planned.leaving.empty() && !confirm(question(planned), options.yes)) return done;
    if (!globals.json) print_warnings(session.config(), scope.only);
    // Of a site that is leaving, all may be gone but its record.
    if (planned.plan.actions.empty() && planned.leaving.empty())
        return print_report(globals, planned, {});
    return print_report(
        globals, planned,
        execute(session, planned, scope, apply_options(globals, planned.plan.actions.size())));
}

}  // namespace

int cmd_sync(const Globals& globals, const host::Host& host, const SyncOptions& options) {
    Patience patience;
    while (true) {
        if (const auto code = sync_once(globals, host, options, patience)) return *code;
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

}  // namespace wpns::cli
