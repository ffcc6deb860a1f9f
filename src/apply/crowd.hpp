#pragma once

#include <functional>
#include <string>

#include "apply/perform.hpp"

/// Steps that wake the services of sites. A thousand sites that rest most of the time fit on a
/// host, but not all awake at once.
namespace wpns::apply {

/// As many new sites as are awake together: with some 60 MiB each about a gigabyte.
inline constexpr std::size_t sites_a_turn = 16;

/// True for so many sites that they come in turns.
[[nodiscard]] bool is_crowd(std::size_t sites);

/// True for a site that may be parked.
[[nodiscard]] bool may_rest(const Context& context, const std::string& site);

/// `step` for a turn of the batch after the other; errors by position, as from a batch. Where there
/// is more than one turn, the sites that may be parked are parked at the end of theirs.
[[nodiscard]] Errors in_turns(Context& context, Batch batch,
                              const std::function<Errors(Batch)>& step);

/// True when so many sites that may be parked have new services in the batch that these are left
/// to the steps that come in turns.
[[nodiscard]] bool wakes_a_crowd(Batch units);

}  // namespace wpns::apply
