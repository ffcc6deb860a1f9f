#include "host/linux/process_linux.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/process_spawn.hpp"
#include "host/linux/process_talk.hpp"

namespace wpns::host::linux_os {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMercy{2};  ///< between SIGTERM and SIGKILL

/// Out of the range of the standard descriptors, even where those are closed in us.
UniqueFd above_standard(int fd) {
    if (fd > STDERR_FILENO || fd < 0) return UniqueFd(fd);
    const UniqueFd low(fd);
    return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

struct Pipe {
    UniqueFd reader;
    UniqueFd writer;
};

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe", errno);
    Pipe pipe{above_standard(ends[0]), above_standard(ends[1])};
    if (!pipe.reader.valid() || !pipe.writer.valid()) throw_errno("pipe", errno);
    return pipe;
}

/// A descriptor of the caller's for the child, which gets it as its own.
UniqueFd duplicate(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy.valid()) throw_errno("duplicate a descriptor", errno);
    return copy;
}

/// /dev/null to read from where there is no input.
Pipe make_input(const Process::Command& command) {
    if (command.input_file >= 0) return {duplicate(command.input_file), UniqueFd()};
    if (!command.input.empty() || command.feed) return make_pipe();
    Pipe pipe{above_standard(::open("/dev/null", O_RDONLY | O_CLOEXEC)), UniqueFd()};
    if (!pipe.reader.valid()) throw_errno("open /dev/null", errno);
    return pipe;
}

Pipe make_output(const Process::Command& command) {
    if (command.output_file >= 0) return {UniqueFd(), duplicate(command.output_file)};
    return make_pipe();
}

/// By number: <sys/pidfd.h> of glibc 2.36 cannot be used from C++.
UniqueFd open_pidfd(pid_t pid) {
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// A child in its own process group: never left running, never left as a zombie.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid), pidfd_(open_pidfd(pid)) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) (void)end();
    }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    void signal(int number) const { ::kill(-pid_, number); }

    /// Kills what is left of the group, then takes the status. In this order the number of the
    /// group cannot have gone to others.
    int end() {
        signal(SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

  private:
    pid_t pid_;
    UniqueFd pidfd_;
};

bool ends_before(Child& child, Conversation& talk, Clock::time_point deadline) {
    while (true) {
        if (talk.step(child.pidfd(), deadline)) return true;
        if (Clock::now() >= deadline) return false;
    }
}

/// What is closed in us as soon as the child has it.
struct Ends {
    Pipe in;
    Pipe out;
    Pipe err;

    explicit Ends(const Process::Command& command)
        : in(make_input(command)), out(make_output(command)), err(make_pipe()) {}
    [[nodiscard]] pid_t give_to_child(const Process::Command& command) {
        const pid_t pid =
            spawn(command, {in.reader.get(), out.writer.get(), err.writer.get()}, Session::own);
        in.reader.reset();
        out.writer.reset();
        err.writer.reset();
        return pid;
    }
};

class LinuxRunning final : public Process::Running {
  public:
    explicit LinuxRunning(const Process::Command& command)
        : command_(command),
          ends_(command_),
          child_(ends_.give_to_child(command_)),
          talk_(std::move(ends_.in.writer), std::move(ends_.out.reader),
                std::move(ends_.err.reader), command_),
          deadline_(Clock::now() + command_.timeout) {
        if (child_.pidfd() < 0) throw_errno("watch " + command_.argv.front(), errno);
        // What fits into the pipe is there for the program from the start.
        ended_ = talk_.step(child_.pidfd(), Clock::now());
    }

    std::optional<std::string> first_line() override {
        while (!ended_ && Clock::now() < deadline_ && talk_.out().find('\n') == std::string::npos)
            ended_ = talk_.step(child_.pidfd(), deadline_);
        if (ended_) talk_.drain();
        const auto end = talk_.out().find('\n');
        if (end == std::string::npos) return std::nullopt;
        return talk_.out().substr(0, end);
    }

    Process::Result wait() override {
        if (!ended_ && !ends_before(child_, talk_, deadline_)) {
            child_.signal(SIGTERM);
            (void)ends_before(child_, talk_, Clock::now() + kMercy);
            throw Error(ErrorKind::timeout, command_.argv.front() + " did not end within " +
                                                std::to_string(command_.timeout.count()) + " s");
        }
        const int status = status_of(child_.end());
        failpoint(Failpoint::process_ran);
        talk_.drain();
        return {status, std::move(talk_.out()), std::move(talk_.err())};
    }

  private:
    const Process::Command command_;
    Ends ends_;
    Child child_;
    Conversation talk_;
    Clock::time_point deadline_;
    bool ended_ = false;
};

class LinuxProcess final : public Process {
  public:
    Result run(const Command& command) override { return begin(command)->wait(); }

    std::unique_ptr<Running> begin(const Command& command) override {
        failpoint(Failpoint::process_run);
        return std::make_unique<LinuxRunning>(command);
    }

    int run_attached(const Command& command) override {
        const KeysIgnored guard;
        const pid_t pid =
            spawn(command, {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}, Session::ours);
        int status = 0;
        while (::waitpid(pid, &status, 0) < 0) {
            if (errno != EINTR) throw_errno("wait for " + command.argv.front(), errno);
        }
        return status_of(status);
    }

  private:
    /// Ctrl-C and Ctrl-\ go to everybody in the foreground; only the program shall act on them.
    class KeysIgnored {
      public:
        KeysIgnored() : interrupt_(::signal(SIGINT, SIG_IGN)), quit_(::signal(SIGQUIT, SIG_IGN)) {}
        KeysIgnored(const KeysIgnored&) = delete;
        KeysIgnored& operator=(const KeysIgnored&) = delete;
        ~KeysIgnored() {
            ::signal(SIGINT, interrupt_);
            ::signal(SIGQUIT, quit_);
        }

      private:
        sighandler_t interrupt_;
        sighandler_t quit_;
    };
};

}  // namespace

std::unique_ptr<Process> make_process() {
    return std::make_unique<LinuxProcess>();
}

}  // namespace wpns::host::linux_os
