#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace wpns::plan {

/// A host made of values: carries out plans as the executor promises to, and complains about steps
/// that no real host could take.
class World {
  public:
    Observed things;
    Recorded recorded;
    /// What each running unit has read: digest of each input at its last start.
    std::map<ResourceKey, std::map<ResourceKey, std::string>> running;
    std::vector<std::string> complaints;

    /// The first `steps` effects; the last one is not recorded when `steps` cuts the plan short.
    void apply(const Plan& plan, const Desired& desired, std::size_t steps) {
        record_intent(plan);
        for (std::size_t i = 0; i < plan.actions.size() && i < steps; ++i) {
            carry_out(plan.actions[i], desired);
            const bool crashed = i + 1 == steps && steps < plan.actions.size();
            if (!crashed) record(plan.actions[i]);
        }
    }

    /// What a unit would read if it were started now.
    [[nodiscard]] std::map<ResourceKey, std::string> readings(const Unit& unit) const {
        std::map<ResourceKey, std::string> result;
        for (const auto& input : unit.inputs) {
            const auto found = things.find(input);
            if (found != things.end() && input.kind != Kind::unit)
                result[input] = digest_of(input, found->second);
        }
        return result;
    }

  private:
    void record_intent(const Plan& plan) {
        for (const auto& action : plan.actions) {
            if (takes(action.verb)) continue;
            if (action.key.kind == Kind::unit)
                recorded[action.key] = pending;
            else
                recorded.try_emplace(action.key, pending);
        }
    }

    void record(const Action& action) {
        if (takes(action.verb))
            recorded.erase(action.key);
        else
            recorded[action.key] = digest_of(action.key, *action.after);
    }

    void carry_out(const Action& action, const Desired& desired) {
        check_before(action);
        switch (action.verb) {
            case Verb::create:
            case Verb::update:
            case Verb::restart:
                check_needs(action, desired);
                put(action);
                break;
            case Verb::remove:
                remove(action.key);
                break;
            case Verb::adopt:
            case Verb::forget:
                break;
        }
    }

    void put(const Action& action) {
        things.insert_or_assign(action.key, *action.after);
        const auto* unit = std::get_if<Unit>(&*action.after);
        if (unit == nullptr) return;
        if (!unit->active)
            running.erase(action.key);
        else if (action.verb != Verb::update)
            running[action.key] = readings(*unit);
    }

    void check_before(const Action& action) {
        if (action.verb == Verb::forget) return;  // went with another one in this very plan
        const auto found = things.find(action.key);
        const bool same = found == things.end() ? !action.before : action.before == found->second;
        if (!same) complaints.push_back(describe(action) + ": before is not what is there");
    }

    void check_needs(const Action& action, const Desired& desired) {
        const auto& wanted = desired.at(action.key);
        auto needs = wanted.needs;
        if (const auto* unit = std::get_if<Unit>(&wanted.value))
            needs.insert(needs.end(), unit->inputs.begin(), unit->inputs.end());
        for (const auto& need : needs)
            if (desired.contains(need) && !is_as_wanted(need, desired.at(need).value))
                complaints.push_back(describe(action) + " before " + need.str());
    }

    [[nodiscard]] bool is_as_wanted(const ResourceKey& key, const Resource& wanted) const {
        const auto found = things.find(key);
        if (found != things.end()) return wanted == found->second;
        const auto* unit = std::get_if<Unit>(&wanted);  // one that is off need not be known
        return unit != nullptr && !unit->active && !unit->enabled;
    }

    [[nodiscard]] static bool below(const ResourceKey& directory, const ResourceKey& key) {
        return key.site == directory.site && key.id.starts_with(directory.id + "/");
    }

    /// What is in a directory goes with it where it may; a file never does.
    void remove(const ResourceKey& key) {
        running.erase(key);
        things.erase(key);
        if (key.kind != Kind::directory) return;
        std::erase_if(things, [&](const auto& thing) {
            if (!below(key, thing.first)) return false;
            if (thing.first.kind == Kind::file)
                complaints.push_back("removed " + key.str() + " with " + thing.first.str());
            return true;
        });
    }
};

}  // namespace wpns::plan
