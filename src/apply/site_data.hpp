#pragma once

#include "apply/perform.hpp"

/// What becomes of a site's directories when it leaves.
namespace wpns::apply {

/// Removes a directory as the run's Removal says. The data directory of a site is moved to the
/// archive as a whole by one rename, or deleted by its owners; a directory inside it goes with it;
/// those of cores, images and compiled code go with all that is in them; any other must be empty.
void remove_directory(Context& context, const ResourceKey& key);

}  // namespace wpns::apply
