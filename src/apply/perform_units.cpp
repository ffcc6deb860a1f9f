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

enum class How { leave, start, restart, try_restart, later };

/// A target is up when what it wants is.
bool may_come_later(const plan::Action& action) {
    const auto& id = action.key.id;
    return action.verb == plan::Verb::create &&
           (id.ends_with(".service") || id.ends_with(".target"));
}

/// `crowd`: see wakes_a_crowd.
How how(const plan::Action& action, bool crowd) {
    const auto& wanted = std::get<Unit>(*action.after);
    const bool restarts = action.verb == plan::Verb::restart;
    if (!wanted.active) return How::leave;
    if (crowd && wanted.on_demand && action.verb == plan::Verb::create) return How::leave;
    if (may_come_later(action)) return How::later;
    if (restarts && wanted.on_demand) return How::try_restart;
    return restarts || action.key.id.ends_with(".service") ? How::restart : How::start;
}

void begin_later(Context& context, Batch batch, bool crowd) {
    Later later;
    for (const auto* action : batch)
        if (how(*action, crowd) == How::later) later.actions.push_back(action);
    if (later.actions.empty()) return;
    const auto is_service = [](const plan::Action& action) {
        return action.key.id.ends_with(".service");
    };
    const Batch coming(later.actions);
    auto outcome = context.host.units.begin(names_of(coming, is_service),
                                            names_of(coming, std::not_fn(is_service)),
                                            deadline_of(coming.size()));
    later.wait = [actions = later.actions, outcome = std::move(outcome)] {
        return by_position(actions, outcome());
    };
    context.later.push_back(std::move(later));
}

Errors start_units(Context& context, Batch batch) {
    if (context.ahead.valid()) context.ahead.get();
    auto& units = context.host.units;
    const auto wanted = [](const plan::Action& action) { return std::get<Unit>(*action.after); };
    if (std::exchange(context.unit_files_changed, false)) units.daemon_reload();
    units.enable(
        names_of(batch, [&](const plan::Action& action) { return wanted(action).enabled; }));
    // A service that its socket woke in the course of this run may have read old files, so every
    // service is restarted: one that may sleep, if it is awake.
    const bool crowd = wakes_a_crowd(batch);
    const auto names = [&](How wish) {
        return names_of(batch,
                        [&](const plan::Action& action) { return how(action, crowd) == wish; });
    };
    // Before anything new is begun: the restart of a socket ends its service, and that of a MariaDB
    // that has not come up yet may hang.
    const auto deadline = deadline_of(batch.size());
    auto results = units.restart(names(How::restart), deadline);
    results.merge(units.try_restart(names(How::try_restart), deadline));
    begin_later(context, batch, crowd);
    results.merge(units.start(names(How::start), deadline));
    return by_position(batch, results);
}

}  // namespace

void start_sockets_ahead(Context& context, Batch units) {
    if (context.unit_files_changed || !wakes_a_crowd(units)) return;
    const auto is_new_socket = [](const plan::Action& action) {
        return action.verb == plan::Verb::create && action.key.id.ends_with(".socket") &&
               !std::get<Unit>(*action.after).on_demand;
    };
    context.ahead = std::async(std::launch::async,
                               [&all = context.host.units, names = names_of(units, is_new_socket)] {
                                   try {
                                       (void)all.start(names, deadline_of(names.size()));
                                   } catch (const Error&) {  // comes again when it is their turn
                                   }
                               });
}

Errors perform_units(Context& context, Batch batch) {
    try {
        return takes(batch) ? stop_units(context, batch) : start_units(context, batch);
    } catch (const Error& error) {
        return Errors(batch.size(), text_of(error));
    }
}

}  // namespace wpns::apply
