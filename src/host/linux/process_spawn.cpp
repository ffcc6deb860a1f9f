#include "host/linux/process_spawn.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace wpns::host::linux_os {
namespace {

class FileActions {
  public:
    FileActions() { check(::posix_spawn_file_actions_init(&actions_)); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

    /// The three descriptors and the fourth where there is one, nothing else, and "/" as directory.
    void prepare(const std::array<int, 3>& standard, int kept) {
        for (int i = 0; i < 3; ++i) {
            const int fd = standard[static_cast<std::size_t>(i)];
            check(::posix_spawn_file_actions_adddup2(&actions_, fd, i));
        }
        constexpr int fourth = 3;
        if (kept >= 0) check(::posix_spawn_file_actions_adddup2(&actions_, kept, fourth));
        check(
            ::posix_spawn_file_actions_addclosefrom_np(&actions_, kept >= 0 ? fourth + 1 : fourth));
        check(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

    static void check(int error) {
        if (error != 0) throw_errno("prepare a process", error);
    }

  private:
    posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
  public:
    explicit SpawnAttributes(Session session) {
        FileActions::check(::posix_spawnattr_init(&attributes_));
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (session == Session::own) flags |= POSIX_SPAWN_SETSID;
        FileActions::check(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_of(const Process::Command& command) {
    auto variables = command.environment;
    variables.try_emplace("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    variables.try_emplace("LANG", "C.UTF-8");
    std::vector<std::string> lines;
    for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

pid_t spawn(const Process::Command& command, const std::array<int, 3>& standard, Session session) {
    if (command.argv.empty() || !command.argv.front().starts_with('/')) {
        throw Error(ErrorKind::bug, "a program without an absolute path");
    }
    auto arguments = command.argv;
    auto environment = environment_of(command);
    FileActions actions;
    actions.prepare(standard, command.kept_file);
    const SpawnAttributes attributes(session);
    pid_t pid = -1;
    const std::string& program = command.argv.front();
    const int error = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(),
                                    pointers(arguments).data(), pointers(environment).data());
    if (error == ENOENT) throw Error(ErrorKind::missing, program + " is not there");
    if (error != 0) throw_errno("run " + program, error);
    return pid;
}

int status_of(int wait_status) {
    if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
    return 128 + WTERMSIG(wait_status);
}

}  // namespace wpns::host::linux_os
