#include <dirent.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "probe/probe.hpp"

namespace wpns::probe {
namespace {

pid_t pid_of(const std::string& text) {
    return static_cast<pid_t>(std::strtol(text.c_str(), nullptr, 10));
}

/// The fields of /proc/self/status that say what a process may do, as "Key=value,…".
std::string status(Args) {
    std::ifstream file("/proc/self/status");
    std::string text;
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        const auto key = line.substr(0, colon);
        const auto value = line.find_first_not_of("\t ", colon + 1);
        if (key == "NoNewPrivs" || key == "Seccomp" || key.starts_with("Cap"))
            text += (text.empty() ? "" : ",") + key + "=" + line.substr(value);
    }
    return text.empty() ? "cannot run: no /proc" : text;
}

/// "own" where every process in /proc has our uid, else how many have not.
std::string foreign_processes(Args) {
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) return "cannot run: no /proc";
    int own = 0;
    int foreign = 0;
    while (const dirent* entry = ::readdir(proc)) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        struct stat info {};
        if (::fstatat(::dirfd(proc), entry->d_name, &info, 0) != 0) continue;
        ++(info.st_uid == ::getuid() ? own : foreign);
    }
    if (own == 0) return "cannot run: not even this process is there";
    return foreign == 0 ? "own" : std::to_string(foreign) + " foreign";
}

std::string signal_to(Args args) {
    return outcome(::kill(pid_of(args[0]), 0));
}

std::string pidfd_signal(Args args) {
    const long fd = ::syscall(SYS_pidfd_open, pid_of(args[0]), 0);
    return outcome(fd < 0 ? fd : ::syscall(SYS_pidfd_send_signal, fd, 0, nullptr, 0));
}

/// Of a child of our own: what stops it is the filter, not the owner.
std::string trace(Args) {
    return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
}

std::string read_memory(Args args) {
    char buffer[8];
    iovec local{buffer, sizeof buffer};
    iovec remote{buffer, sizeof buffer};
    const pid_t pid = args[0] == "self" ? ::getpid() : pid_of(args[0]);
    return outcome(::process_vm_readv(pid, &local, 1, &remote, 1, 0));
}

constexpr std::array verbs = {Verb{"status", 0, status},    Verb{"foreign", 0, foreign_processes},
                              Verb{"signal", 1, signal_to}, Verb{"pidfd", 1, pidfd_signal},
                              Verb{"trace", 0, trace},      Verb{"memory", 1, read_memory}};

}  // namespace

std::span<const Verb> process_verbs() {
    return verbs;
}

}  // namespace wpns::probe
