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
#include <optional>
#include <set>

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

/// The processes in /proc that do not have our uid; nothing where /proc does not even show us.
std::optional<std::set<std::string>> look_for_foreign() {
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) return std::nullopt;
    bool own = false;
    std::set<std::string> foreign;
    while (const dirent* entry = ::readdir(proc)) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        struct stat info {};
        if (::fstatat(::dirfd(proc), entry->d_name, &info, 0) != 0) continue;
        own = own || info.st_uid == ::getuid();
        if (info.st_uid != ::getuid()) foreign.insert(entry->d_name);
    }
    ::closedir(proc);
    return own ? std::optional(foreign) : std::nullopt;
}

/// "own" where every process in /proc has our uid, else how many have not. One of our own that has
/// just changed its uid shows as root's until it runs its program (proc(5), dumpable), so only what
/// is still there some looks later counts.
std::string foreign_processes(Args) {
    constexpr int looks = 10;
    auto foreign = look_for_foreign();
    for (int look = 1; foreign && !foreign->empty() && look < looks; ++look) {
        ::usleep(50'000);
        const auto now = look_for_foreign();
        if (now) std::erase_if(*foreign, [&](const auto& pid) { return !now->contains(pid); });
    }
    if (!foreign) return "cannot run: not even this process is there";
    return foreign->empty() ? "own" : std::to_string(foreign->size()) + " foreign";
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
