#include "host/linux/process_talk.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/error.hpp"

namespace wpns::host::linux_os {
namespace {

void set_nonblocking(const UniqueFd& fd) {
    if (fd.valid() && ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("pipe", errno);
}

/// A program may end without reading its input. The signal of that write is held back in this
/// thread and taken away again: changing its action would be for the whole process.
class NoBrokenPipe {
  public:
    NoBrokenPipe() {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    NoBrokenPipe(const NoBrokenPipe&) = delete;
    NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;
    ~NoBrokenPipe() {
        const timespec now{};
        while (::sigtimedwait(&pipe_, nullptr, &now) > 0) {
        }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t pipe_{};
    sigset_t before_{};
};

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
    using std::chrono::ceil, std::chrono::milliseconds, std::chrono::steady_clock;
    const auto left = ceil<milliseconds>(deadline - steady_clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
}

}  // namespace

Conversation::Conversation(UniqueFd input, UniqueFd output, UniqueFd errors,
                           const Process::Command& command)
    : input_(std::move(input)),
      command_(command),
      to_give_(command.input),
      out_{std::move(output), {}},
      err_{std::move(errors), {}} {
    set_nonblocking(input_);
    set_nonblocking(out_.fd);
    set_nonblocking(err_.fd);
}

bool Conversation::step(int pidfd, std::chrono::steady_clock::time_point deadline) {
    // poll ignores negative descriptors: pipes that are done with.
    pollfd waits[] = {{input_.get(), POLLOUT, 0},
                      {out_.fd.get(), POLLIN, 0},
                      {err_.fd.get(), POLLIN, 0},
                      {pidfd, POLLIN, 0}};
    if (::poll(waits, std::size(waits), milliseconds_until(deadline)) < 0) {
        if (errno == EINTR) return false;
        throw_errno("wait for a process", errno);
    }
    if (waits[0].revents != 0) give();
    if (waits[1].revents != 0) take(out_);
    if (waits[2].revents != 0) take(err_);
    return waits[3].revents != 0;
}

void Conversation::drain() {
    take(out_);
    take(err_);
}

void Conversation::give() {
    const NoBrokenPipe guard;
    while (!to_give_.empty() || next_piece()) {
        const ssize_t size = ::write(input_.get(), to_give_.data(), to_give_.size());
        if (size < 0 && errno == EAGAIN) return;
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) break;  // EPIPE: it does not want more
        to_give_.remove_prefix(static_cast<std::size_t>(size));
    }
    input_.reset();
}

bool Conversation::next_piece() {
    if (command_.feed) to_give_ = command_.feed();
    return !to_give_.empty();
}

void Conversation::take(Output& output) const {
    // More than a pipe holds, but an end: who writes without pause shall not outlive the deadline.
    constexpr int most = 128;
    char buffer[16384];
    for (int i = 0; i < most && output.fd.valid(); ++i) {
        const ssize_t size = ::read(output.fd.get(), buffer, sizeof buffer);
        if (size < 0 && errno == EAGAIN) return;
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) {
            output.fd.reset();
            return;
        }
        const std::string_view piece(buffer, static_cast<std::size_t>(size));
        if (&output == &out_ && command_.output) {
            command_.output(piece);
            continue;
        }
        const auto room = command_.output_limit - output.text.size();
        output.text.append(piece.substr(0, room));
    }
}

}  // namespace wpns::host::linux_os
