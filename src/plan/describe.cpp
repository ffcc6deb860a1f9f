#include <array>
#include <cstddef>

#include "plan/plan.hpp"

namespace wpns::plan {
namespace {

/// What creating, changing and taking away is called, by kind.
struct Words {
    std::string_view create;
    std::string_view update;
    std::string_view remove;
};

Words words(Kind kind) {
    switch (kind) {
        case Kind::file:
        case Kind::vhost:
            return {"write", "update", "remove"};
        case Kind::firewall:
        case Kind::accept:
            return {"add", "update", "remove"};
        case Kind::quota:
            return {"set", "set", "lift"};
        case Kind::unit:
            return {"start", "update", "stop"};
        case Kind::wordpress:
            return {"install", "update", "remove"};
        default:
            return {"create", "update", "remove"};
    }
}

/// What changing a unit without a restart comes down to.
std::string_view unit_update(const Action& action) {
    const auto* wanted = action.after ? std::get_if<Unit>(&*action.after) : nullptr;
    const auto* found = action.before ? std::get_if<Unit>(&*action.before) : nullptr;
    if (wanted == nullptr) return "update";
    if (found != nullptr && found->active && !wanted->active) return "stop";
    return wanted->enabled ? "enable" : "disable";
}

std::string_view restart_word(const Action& action) {
    const auto* unit = action.after ? std::get_if<Unit>(&*action.after) : nullptr;
    return unit != nullptr && unit->reload ? "reload" : "restart";
}

std::string_view word(const Action& action) {
    switch (action.verb) {
        case Verb::create:
            return words(action.key.kind).create;
        case Verb::update:
            return action.key.kind == Kind::unit ? unit_update(action)
                                                 : words(action.key.kind).update;
        case Verb::restart:
            return restart_word(action);
        case Verb::remove:
            return words(action.key.kind).remove;
        case Verb::adopt:
        case Verb::forget:
            break;
    }
    return to_string(action.verb);
}

}  // namespace

std::string describe(const Action& action) {
    return std::string(word(action)) + ' ' + action.key.str();
}

std::string_view to_string(Verb verb) {
    constexpr std::array<std::string_view, 6> names = {"create", "update", "restart",
                                                       "adopt",  "remove", "forget"};
    return names.at(static_cast<std::size_t>(verb));
}

bool takes(Verb verb) {
    return verb == Verb::remove || verb == Verb::forget;
}

}  // namespace wpns::plan
