#pragma once

#include <optional>
#include <string_view>

#include "host/files.hpp"
#include "host/process.hpp"
#include "model/passage.hpp"

/// ufw, whose rules are changed by its own program only: it writes its files anew from them.
namespace wpns::host::linux_os {

/// Ours in the text of ufw's user.rules. Pure.
[[nodiscard]] std::optional<Accept> accept_in(std::string_view user_rules);

/// Ours as ufw remembers it, whether it is turned on or not.
[[nodiscard]] std::optional<Accept> find_ufw_accept(const Files& files);

/// Both wait up to a minute for two seconds without any other ufw, and look at what came of it: ufw
/// ends with status 0 whatever it thinks of a rule.
void put_ufw_accept(const Files& files, Process& process, const Cidr& pool);
void remove_ufw_accept(const Files& files, Process& process);

}  // namespace wpns::host::linux_os
