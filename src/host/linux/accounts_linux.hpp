#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Accounts by /etc/passwd and NSS, made by systemd-sysusers and removed by userdel. An account
/// counts as ours only when it is a local one, uid and gid are the same number, its group has its
/// name, its home is /nonexistent, its shell is nologin and its password is locked; any other is
/// found with the top bit of its uid set, after some looks: another program may be half through a
/// change. remove refuses such a one with Error{conflict}; absent is
/// fine. create refuses numbers that belong to others, in NSS too, and looks afterwards.
[[nodiscard]] std::unique_ptr<Accounts> make_accounts(Process& process);

}  // namespace wpns::host::linux_os
