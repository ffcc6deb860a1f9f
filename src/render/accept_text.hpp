#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.hpp"

namespace wpns::render {

/// Tells our rules in other firewalls from those of the admin: their comment.
inline constexpr const char* accept_mark = "made by wpns";

/// Statements of nft that take our rules with these handles out of chain DOCKER-USER and put in
/// those for `pool`, one transaction. Only expressions that iptables-nft can list: with one of
/// `ct state` it refuses the whole chain. So what comes in is accepted whatever its state; table
/// inet wpns drops what is no answer. Before all other rules, since the last one returns.
[[nodiscard]] std::string docker_accept_text(const std::vector<std::uint64_t>& old_handles,
                                             const std::optional<Cidr>& pool);

/// How ufw keeps a comment in its files: the hex digits of its bytes.
[[nodiscard]] std::string ufw_comment(std::string_view comment);

}  // namespace wpns::render
