#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

/// For what the kernel does some time after the call that asked for it.
namespace wpns::host::linux_os {

/// Looks again and again, at growing distances, until `done()` (then true) or ten seconds have
/// passed.
template <typename Done>
[[nodiscard]] bool wait_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::chrono::microseconds pause{100};
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
        pause = std::min<std::chrono::microseconds>(pause * 2, std::chrono::milliseconds(50));
    }
    return true;
}

}  // namespace wpns::host::linux_os
