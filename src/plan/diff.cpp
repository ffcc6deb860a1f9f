#include "plan/diff.hpp"

#include <utility>

#include "model/names.hpp"

namespace wpns::plan {
namespace {

constexpr const char* as_wanted = "there as wanted";

Decision act(Verb verb, std::string reason) {
    return {Decision::What::action, verb, std::move(reason)};
}

Decision refuse(const std::string& difference) {
    return {Decision::What::conflict, Verb::create, "exists and is not ours: " + difference};
}

/// True when the record says that exactly what is wanted was made.
bool settled(const Comparison& c) {
    return c.recorded != nullptr && *c.recorded == digest_of(c.key, c.wanted);
}

/// Why a resource that differs is acted on: whose change was it?
std::string because(const Comparison& c, const std::string& difference) {
    if (c.recorded == nullptr) return "new";
    const std::string cause = *c.recorded == pending ? "unfinished"
                              : settled(c)           ? "drift"
                                                     : "configuration changed";
    return difference.empty() ? cause : cause + ": " + difference;
}

std::string because_absent(const Comparison& c) {
    if (c.recorded == nullptr) return "new";
    return *c.recorded == pending ? "unfinished" : "missing";
}

Decision adopt_or_nothing(const Comparison& c) {
    return settled(c) ? Decision{} : act(Verb::adopt, as_wanted);
}

/// Files that somebody reads only when told to, nginx or systemd: a run that ended between the two
/// has left a file that is as wanted and has no effect.
bool has_a_reader(const ResourceKey& key) {
    return key.kind == Kind::vhost ||
           (key.kind == Kind::file && key.id.starts_with(std::string(names::unit_dir) + "/"));
}

Decision decide_thing(const Comparison& c) {
    if (c.observed == nullptr) return act(Verb::create, because_absent(c));
    const std::string found = difference(c.wanted, *c.observed);
    const bool half_done = c.recorded != nullptr && !settled(c) && has_a_reader(c.key);
    if (found.empty() && half_done) return act(Verb::update, because(c, {}));
    if (found.empty()) return adopt_or_nothing(c);
    if (c.recorded == nullptr) return refuse(found);
    return act(Verb::update, because(c, found));
}

/// An active unit, wanted active: it has to have read the latest of its inputs.
std::string restart_reason(const Comparison& c, const std::string& difference) {
    if (c.changed_input != nullptr)
        return c.changed_input->id + " changed" + (difference.empty() ? "" : "; " + difference);
    const bool recorded = c.recorded != nullptr;
    return recorded && !settled(c) ? because(c, difference) : std::string();
}

/// It was up once, has not failed, and its socket starts it when somebody asks: as good as active.
bool sleeps(const Comparison& c, const Unit& wanted, const Unit& observed) {
    const bool was_up = c.recorded != nullptr && *c.recorded != pending;
    return wanted.on_demand && was_up && !observed.active && !observed.failed;
}

/// A unit that is not there is one that is neither active nor enabled.
Decision decide_unit(const Comparison& c, const Unit& wanted, Unit observed) {
    if (sleeps(c, wanted, observed)) observed.active = true;
    const std::string found = difference(wanted, observed);
    if (wanted.active && !observed.active) return act(Verb::create, because(c, found));
    if (c.recorded == nullptr && c.observed != nullptr && !found.empty()) return refuse(found);
    if (wanted.active)
        if (auto reason = restart_reason(c, found); !reason.empty())
            return act(Verb::restart, std::move(reason));
    if (!found.empty()) return act(Verb::update, because(c, found));
    return adopt_or_nothing(c);
}

}  // namespace

Decision decide(const Comparison& c) {
    const auto* wanted = std::get_if<Unit>(&c.wanted);
    if (wanted == nullptr) return decide_thing(c);
    Unit absent;
    absent.active = false;
    const auto* observed = c.observed == nullptr ? &absent : std::get_if<Unit>(c.observed);
    return observed == nullptr ? decide_thing(c) : decide_unit(c, *wanted, *observed);
}

}  // namespace wpns::plan
