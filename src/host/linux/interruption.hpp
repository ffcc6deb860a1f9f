#pragma once

#include <atomic>
#include <csignal>
#include <thread>

namespace wpns::host::linux_os {

/// Takes SIGINT, SIGTERM and SIGHUP for as long as it lives: the first is a wish to stop after the
/// step that is under way, the second ends the process at once. No system call of the program is
/// ever interrupted by them: they are blocked, and a thread waits for them. Make it while there is
/// no other thread.
class Interruption {
  public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    [[nodiscard]] bool requested() const { return requested_; }

  private:
    void wait();

    sigset_t signals_{};
    sigset_t before_{};
    std::atomic<bool> requested_ = false;
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

}  // namespace wpns::host::linux_os
