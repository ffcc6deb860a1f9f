#include "apply/crowd.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "apply/park.hpp"

namespace wpns::apply {
namespace {

std::vector<SiteName> may_be_parked(const Context& context, Batch batch) {
    std::vector<SiteName> sites;
    for (const auto* action : batch)
        if (may_rest(context, action->key.site))
            sites.push_back(*SiteName::parse(action->key.site));
    return sites;
}

/// What stays up is parked by the timer later.
void park_quietly(Context& context, Batch batch) {
    const auto sites = may_be_parked(context, batch);
    if (sites.empty()) return;
    try {
        for (const auto& [site, problem] : park(context.host, sites))
            if (!problem.empty())
                context.report[site.str()].warnings.push_back("not parked: " + problem);
    } catch (const Error& error) {
        context.report[""].warnings.push_back("new sites were not parked: " + text_of(error));
    }
}

}  // namespace

bool is_crowd(std::size_t sites) {
    return sites > sites_a_turn;
}

bool may_rest(const Context& context, const std::string& site) {
    const auto name = SiteName::parse(site);
    if (!name) return false;
    const auto record = context.registry.sites.find(*name);
    return record != context.registry.sites.end() && record->second.on_demand();
}

Errors in_turns(Context& context, Batch batch, AtTheEnd end,
                const std::function<Errors(Batch)>& step) {
    Errors errors;
    for (std::size_t begin = 0; begin < batch.size(); begin += sites_a_turn) {
        const Batch part = batch.subspan(begin, std::min(sites_a_turn, batch.size() - begin));
        std::ranges::move(step(part), std::back_inserter(errors));
        if (end == AtTheEnd::park) park_quietly(context, part);
    }
    return errors;
}

Parts in_two(Batch batch, const std::function<bool(const plan::Action&)>& pick) {
    Parts parts;
    for (const auto* action : batch)
        (pick(*action) ? parts.picked : parts.others).push_back(action);
    return parts;
}

Errors joined(Batch batch, const Parts& parts, const Errors& of_picked, const Errors& of_others) {
    Errors errors;
    std::size_t picked = 0;
    std::size_t others = 0;
    for (const auto* action : batch) {
        const bool is_picked = picked < parts.picked.size() && parts.picked[picked] == action;
        errors.push_back(is_picked ? of_picked.at(picked++) : of_others.at(others++));
    }
    return errors;
}

bool wakes_a_crowd(Batch units) {
    std::set<std::string> sites;
    for (const auto* action : units)
        if (action->verb == plan::Verb::create && std::get<Unit>(*action->after).on_demand)
            sites.insert(action->key.site);
    return is_crowd(sites.size());
}

}  // namespace wpns::apply
