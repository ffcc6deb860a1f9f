#pragma once

#include <set>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/registry.hpp"

/// Host names in allow lists.
namespace wpns::apply {

/// Looks up the names that the allow lists of these sites hold as recorded, and lets their
/// addresses through for an hour from now on. What an earlier run let through for a name that is in
/// the list no more is taken back; what a name does not have any more times out. An address in a
/// private range counts only where a network of the same list holds it: otherwise whoever answers
/// for the name could point it at the host's own network. All sites where `only` is empty. Gives
/// the names that have no usable address, each with the site ("site-a: api.example.com").
std::vector<std::string> refresh_names(const host::Host& host, const Registry& registry,
                                       const std::set<std::string>& only = {});

/// Whether any allow list holds a host name.
[[nodiscard]] bool has_names(const Registry& registry);

}  // namespace wpns::apply
