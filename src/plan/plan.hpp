#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/state.hpp"

namespace wpns::plan {

enum class Verb {
    create,   ///< of a unit: start it
    update,   ///< of a unit: enable, disable or stop it
    restart,  ///< units only: what it reads has changed; a reload where `after` says so
    adopt,    ///< it is there as wanted: only record it
    remove,
    forget,  ///< nothing to take away: only drop the record
};

/// One step, as plain data that can describe itself and say why.
struct Action {
    Verb verb = Verb::create;
    ResourceKey key;
    std::optional<Resource> before;    ///< as observed
    std::optional<Resource> after;     ///< as wanted
    std::string reason;                ///< "new", "drift: mode 0644, wanted 0640", see make_plan
    unsigned wave = 0;                 ///< actions of one kind and wave do not need each other
    std::vector<ResourceKey> needs{};  ///< what it stands on, as declared; empty for a removal
};

/// A resource that is in the way and not ours.
struct Conflict {
    ResourceKey key;
    std::string reason;
};

/// What has to be done, in an order that respects every need; empty when the host is as wanted.
struct Plan {
    std::vector<Action> actions;
    std::vector<Conflict> conflicts;
};

/// Pure: no I/O, no clock. `observed` must answer for every key in `desired` and `recorded`.
///
///     desired  recorded  observed   action
///     yes      any       no         create
///     yes      yes       equal      none; adopt when the record is pending or of older wishes
///     yes      yes       different  update
///     yes      no        equal      adopt
///     yes      no        different  conflict
///     no       yes       yes        remove
///     no       yes       no         forget
///     no       no        any        none
///
/// Units: one that is wanted active and is not (failed, stopped) is created, that is started. An
/// active one is restarted when one of its inputs is created, updated or restarted in this plan,
/// when its recorded digest is not that of the wish, and when its record is pending: then nobody
/// knows whether it has seen the last change. So whoever carries out a plan records every unit of
/// it as pending before the first action, also those that had a digest. Each action on a unit
/// leaves it enabled or not as `after` says.
///
/// A unit that is wanted on demand may be inactive once it is recorded, and is then compared as an
/// active one. A restart of it is for the case that it runs by then.
///
/// Removals: a database and a WordPress live in the data directory of their site, and a directory
/// of a site below another one that goes too goes with that one: all these are only forgotten.
///
/// Order: what is created, updated, restarted or adopted comes after all it needs and all it
/// reads; as many as possible of one kind follow each other, by site and id. A need that is not in
/// `desired` is ignored. Then the removals: of sites that stay, of those that leave (nothing of
/// them is desired), of the host. In each, what is removed comes first and mirrored, the kind born
/// last and the deepest path before others, and what is only forgotten after it.
///
/// What needs or reads something in conflict is left out, since it would work on what is not ours.
/// Throws Error{bug} with the members when the needs form a circle.
[[nodiscard]] Plan make_plan(const Desired& desired, const Recorded& recorded,
                             const Observed& observed);

/// "write file /etc/wpns/rendered/site-a/my.cnf": the imperative sentence of plan, progress and
/// golden tests.
[[nodiscard]] std::string describe(const Action& action);

[[nodiscard]] std::string_view to_string(Verb verb);

/// True for remove and forget.
[[nodiscard]] bool takes(Verb verb);

}  // namespace wpns::plan
