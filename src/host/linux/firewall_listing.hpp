#pragma once

#include <string>

#include "host/linux/nft_context.hpp"
#include "host/linux/nft_elements.hpp"

/// Reading the rules of the tables wpns, and of no other: a foreign table may be huge or hold what
/// this libnftables cannot parse.
namespace wpns::host::linux_os {

[[nodiscard]] bool table_exists(nl::Socket& socket, NftFamily family = NftFamily::inet);

/// Everything about the tables that sites do not change, as nft writes it: comment, chains, rules,
/// fixed sets. Two with the same listing filter alike. Both ask the same network namespace, in
/// which there is table inet wpns.
[[nodiscard]] std::string list_fixed_part(NftContext& nft, nl::Socket& socket);

}  // namespace wpns::host::linux_os
