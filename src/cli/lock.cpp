#include "cli/lock.hpp"

namespace wpns::cli {

host::linux_os::LockFile take_lock(const std::string& verb) {
    return host::linux_os::LockFile("/run/lock/wpns.lock", verb, std::chrono::seconds(120));
}

}  // namespace wpns::cli
