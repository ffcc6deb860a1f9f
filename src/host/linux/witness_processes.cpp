#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/text.hpp"
#include "host/linux/witness_linux.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

/// Empty where it cannot be read: a process may end at any moment.
std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::uint32_t> uids_in(const std::string& status) {
    std::vector<std::uint32_t> uids;
    for (const auto line : split(status, '\n')) {
        if (!line.starts_with("Uid:")) continue;
        std::istringstream numbers{std::string(line.substr(4))};
        for (std::uint32_t uid = 0; numbers >> uid;) uids.push_back(uid);
    }
    return uids;
}

std::map<std::string, std::uint64_t> namespaces_of(const std::string& process) {
    std::map<std::string, std::uint64_t> found;
    for (const char* kind : {"net", "mnt", "ipc", "user", "pid", "uts", "cgroup"}) {
        struct stat info {};
        if (::stat((process + "/ns/" + kind).c_str(), &info) == 0) found[kind] = info.st_ino;
    }
    return found;
}

void add_members(const std::string& cgroup, std::vector<Witness::Running>& all) {
    std::istringstream pids(text_of(cgroup + "/cgroup.procs"));
    for (int pid = 0; pids >> pid;) {
        const std::string process = "/proc/" + std::to_string(pid);
        Witness::Running running;
        running.pid = pid;
        running.unit = fs::path(cgroup).filename();
        running.status = text_of(process + "/status");
        running.uids = uids_in(running.status);
        running.namespaces = namespaces_of(process);
        running.mounts = text_of(process + "/mountinfo");
        if (!running.uids.empty()) all.push_back(std::move(running));
    }
}

}  // namespace

std::vector<Witness::Running> processes_below(const std::string& cgroup) {
    std::vector<Witness::Running> all;
    std::error_code error;
    if (!fs::is_directory(cgroup, error)) return all;
    add_members(cgroup, all);
    for (fs::recursive_directory_iterator at(cgroup, error), end; !error && at != end;
         at.increment(error))
        if (at->is_directory(error)) add_members(at->path(), all);
    std::ranges::sort(all, {}, &Witness::Running::pid);
    return all;
}

}  // namespace wpns::host::linux_os
