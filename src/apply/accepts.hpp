#pragma once

#include <optional>

#include "apply/registry_file.hpp"
#include "host/host.hpp"
#include "model/registry.hpp"

/// The accepts of ours in other firewalls, between two runs.
namespace wpns::apply {

/// The pool that the table of the sites was last loaded for; nothing where no site is left.
[[nodiscard]] std::optional<Cidr> recorded_pool(const host::Host& host);

/// Whether an accept that the sites need is not there, or not as it has to be.
[[nodiscard]] bool lacks_accepts(const host::Host& host, const Cidr& pool);

/// Puts those in, and records each before and after. Needs the lock.
void put_accepts(const host::Host& host, const Cidr& pool, Registry& registry, RegistryFile& file);

}  // namespace wpns::apply
