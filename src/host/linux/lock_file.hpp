#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Told who holds the lock, once, when it is not free for a while: "pid 1234, sync".
using Waiting = std::function<void(const std::string& holder)>;

/// The lock of everything that writes: an exclusive flock on a file that stays. It ends with the
/// object or the process, whichever comes first, unless a program that is run has got `fd()` to
/// keep: then with that program. Readers never take it.
class LockFile {
  public:
    /// Waits until the lock is free, at most for `patience`: then Error{busy} names the process and
    /// the verb that hold it, as `waiting` is told once after a second. `path` is in a directory
    /// where only root can remove root's files; a file of somebody else there is replaced. `verb`
    /// is for those who wait.
    LockFile(const std::string& path, std::string_view verb, std::chrono::milliseconds patience,
             const Waiting& waiting = {});
    LockFile(LockFile&&) noexcept = default;
    LockFile& operator=(LockFile&&) noexcept = default;
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    ~LockFile();

    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    UniqueFd fd_;
};

/// Held by each program that changes accounts, until that program ends: one that a killed run has
/// left at work must not make an account after the next run has looked for what is there.
inline constexpr const char* accounts_lock = "/run/lock/wpns.accounts.lock";

/// The locks of this host: /run/lock/wpns.lock, which is given only when nobody holds
/// `accounts_lock`, and /run/lock/wpns-NAME.lock for a site.
[[nodiscard]] std::unique_ptr<WriterLock> make_writer_lock(Waiting waiting);

}  // namespace wpns::host::linux_os
