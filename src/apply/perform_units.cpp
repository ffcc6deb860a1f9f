#include <algorithm>
#include <functional>
#include <utility>

#include "apply/crowd.hpp"
#include "apply/perform.hpp"

namespace wpns::apply {
namespace {

using Names = std::vector<std::string>;

/// A database that recovers after a power cut may take minutes; systemd's own limits end earlier
/// for all others. It has some 10 ms to do for a unit, and with thousands of them a few times that,
/// one after the other.
std::chrono::seconds deadline_of(std::size_t units) {
    constexpr std::size_t units_a_second = 10;
    return std::chrono::seconds(150 + units / units_a_second);
}

/// The names of the units in the batch that `pick` chooses.
template <typename Pick>
Names names_of(Batch batch, Pick pick) {
    Names names;
    for (const auto* action : batch)
        if (pick(*action)) names.push_back(action->key.id);
    return names;
}

Errors by_position(Batch batch, const std::map<std::string, std::string>& results) {
    Errors errors;
    for (const auto* action : batch) {
        const auto it = results.find(action->key.id);
        errors.push_back(it == results.end() ? std::string() : it->second);
    }
    return errors;
}

Errors stop_units(Context& context, Batch batch) {
    auto all = names_of(batch, [](const plan::Action&) { return true; });
    auto& units = context.host.units;
    units.disable(names_of(
        batch, [](const plan::Action& action) { return std::get<Unit>(*action.before).enabled; }));
    auto errors = by_position(batch, units.stop(all, deadline_of(all.size())));
    units.reset_failed(all);
    return errors;
}

/// Database and files of a new site are cloned together; sockets can listen before there is
/// anything behind them.
bool waits_for_clones(const plan::Action& action) {
    const auto site = SiteName::parse(action.key.site);
    return site && action.key.id.ends_with(".service") && names::is_of_awake(*site, action.key.id);
}

/// One that may sleep is restarted if it is awake.
enum class How { leave, start, restart, try_restart, later };

/// Of a crowd, sockets and timers are waited for: the next step would wait behind them.
bool may_come_later(const plan::Action& action, bool crowd) {
    const auto& id = action.key.id;
    const bool is_of_crowd = crowd && (id.ends_with(".socket") || id.ends_with(".timer"));
    return action.verb == plan::Verb::create && !is_of_crowd;
}

/// `crowd`: see wakes_a_crowd.
How how(const plan::Action& action, bool crowd) {
    const auto& wanted = std::get<Unit>(*action.after);
    const bool restarts = action.verb == plan::Verb::restart;
    if (!wanted.active) return How::leave;
    if (crowd && wanted.on_demand && action.verb == plan::Verb::create) return How::leave;
    if (may_come_later(action, crowd)) return How::later;
    if (restarts && wanted.on_demand) return How::try_restart;
    return restarts || action.key.id.ends_with(".service") ? How::restart : How::start;
}

/// A service that its socket woke in the course of this run may have read old files, so it is
/// restarted, but for those of a site that had no database before.
void begin_later(Context& context, const std::vector<const plan::Action*>& actions) {
    if (actions.empty()) return;
    const auto may_run = [&](const plan::Action& action) {
        return action.key.id.ends_with(".service") && !context.cloned.contains(action.key.site);
    };
    auto outcome = context.host.units.begin(names_of(actions, may_run),
                                            names_of(actions, std::not_fn(may_run)),
                                            deadline_of(actions.size()));
    context.later.push_back({actions, [actions, outcome = std::move(outcome)] {
                                 return by_position(actions, outcome());
                             }});
}

/// Services when there is what they serve, all others meanwhile.
void begin_new(Context& context, const Parts& parts, std::map<std::string, std::string>& results) {
    begin_later(context, parts.others);
    std::vector<const plan::Action*> ready;
    for (const auto* action : parts.picked)
        if (context.has_database(action->key.site))
            ready.push_back(action);
        else
            results[action->key.id] = "its site has no database";
    begin_later(context, ready);
}

Errors start_units(Context& context, Batch batch) {
    auto& units = context.host.units;
    const auto wanted = [](const plan::Action& action) { return std::get<Unit>(*action.after); };
    if (std::exchange(context.unit_files_changed, false)) units.daemon_reload();
    units.enable(
        names_of(batch, [&](const plan::Action& action) { return wanted(action).enabled; }));
    const bool crowd = wakes_a_crowd(batch);
    const auto is = [&](How wish) {
        return [wish, crowd](const plan::Action& action) { return how(action, crowd) == wish; };
    };
    // What is there already may be of a site that gets its database anew.
    const auto is_new = [](const auto* action) { return action->verb == plan::Verb::create; };
    if (!std::ranges::all_of(batch, is_new)) (void)context.has_database({});
    // Before anything new is begun: the restart of a socket ends its service, and that of a MariaDB
    // that has not come up yet may hang.
    const auto deadline = deadline_of(batch.size());
    auto results = units.restart(names_of(batch, is(How::restart)), deadline);
    results.merge(units.try_restart(names_of(batch, is(How::try_restart)), deadline));
    results.merge(units.start(names_of(batch, is(How::start)), deadline));
    begin_new(context, in_two(in_two(batch, is(How::later)).picked, waits_for_clones), results);
    return by_position(batch, results);
}

}  // namespace

Errors perform_units(Context& context, Batch batch) {
    try {
        return takes(batch) ? stop_units(context, batch) : start_units(context, batch);
    } catch (const Error& error) {
        return Errors(batch.size(), text_of(error));
    }
}

}  // namespace wpns::apply
