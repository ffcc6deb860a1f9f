#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wpns::host::linux_os {

/// What the local account files say of one name.
struct LocalAccount {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool plain = false;   ///< home /nonexistent, shell nologin, password in the shadow file
    bool locked = false;  ///< the shadow file holds no password that can match
};

/// One pass over each of /etc/passwd and /etc/shadow; names that are not there are not in the map.
[[nodiscard]] std::map<std::string, LocalAccount> local_accounts(
    const std::set<std::string>& names);

/// One pass over /etc/group: the gid of those names that are there.
[[nodiscard]] std::map<std::string, std::uint32_t> local_groups(const std::set<std::string>& names);

/// Those of the names that /etc/gshadow has and /etc/group has not: what a power cut in the middle
/// of userdel leaves. None without such a file.
[[nodiscard]] std::set<std::string> half_removed_groups(const std::set<std::string>& names);

/// Every uid and gid that NSS lists, local ones among them; sorted, each once. Not thread-safe.
[[nodiscard]] std::vector<std::uint32_t> listed_ids();

/// The uid of an account by NSS; nothing where there is none. Error where NSS cannot tell.
[[nodiscard]] std::optional<std::uint32_t> uid_of_name(const std::string& name);

/// Name of the account or the group with that number, by NSS; empty where there is none.
[[nodiscard]] std::string name_of_uid(std::uint32_t uid);
[[nodiscard]] std::string name_of_gid(std::uint32_t gid);

}  // namespace wpns::host::linux_os
