#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apply/perform.hpp"

/// Steps that wake the services of sites. A thousand sites that rest most of the time fit on a
/// host, but not all awake at once.
namespace wpns::apply {

/// As many new sites as are awake together: with some 60 MiB each about a gigabyte.
inline constexpr std::size_t sites_a_turn = 16;

/// Of a crowd of sites that may be parked so many are started, to prove that such sites come up.
inline constexpr std::size_t proofs = 4;

/// True for so many sites that they come in turns.
[[nodiscard]] bool is_crowd(std::size_t sites);

/// True for a site that may be parked.
[[nodiscard]] bool may_rest(const Context& context, const std::string& site);

enum class AtTheEnd { leave, park };

/// `step` for a turn of the batch after the other; errors by position, as from a batch. At the end
/// of each the sites of it that may be parked are parked, if that is wanted.
[[nodiscard]] Errors in_turns(Context& context, Batch batch, AtTheEnd end,
                              const std::function<Errors(Batch)>& step);

/// A batch in two.
struct Parts {
    std::vector<const plan::Action*> picked;
    std::vector<const plan::Action*> others;
};
/// `pick` is asked once for each action, in their order.
[[nodiscard]] Parts in_two(Batch batch, const std::function<bool(const plan::Action&)>& pick);
/// The errors of both parts by position in the batch.
[[nodiscard]] Errors joined(Batch batch, const Parts& parts, const Errors& of_picked,
                            const Errors& of_others);

/// True when so many sites that may be parked have new services in the batch that these are left
/// to the steps that come in turns.
[[nodiscard]] bool wakes_a_crowd(Batch units);

}  // namespace wpns::apply
