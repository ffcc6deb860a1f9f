#include "host/linux/interruption.hpp"

#include <pthread.h>

#include <initializer_list>

namespace wpns::host::linux_os {
namespace {

/// As nohup asks for.
bool is_ignored(int number) {
    struct sigaction action {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Interruption::Interruption() {
    ::sigemptyset(&signals_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        if (!is_ignored(number)) ::sigaddset(&signals_, number);
    ::sigaddset(&signals_, SIGUSR2);  // ours, to end the thread
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    thread_ = std::thread([this] { wait(); });
}

Interruption::~Interruption() {
    over_ = true;
    ::pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interruption::wait() {
    int number = 0;
    while (::sigwait(&signals_, &number) == 0) {
        if (over_ && number == SIGUSR2) return;
        if (number == SIGUSR2 || !requested_.exchange(true)) continue;
        // As if nobody had ever caught it, so that the caller sees what ended us.
        (void)std::signal(number, SIG_DFL);
        ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
        (void)std::raise(number);
    }
}

}  // namespace wpns::host::linux_os
