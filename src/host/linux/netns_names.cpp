#include "host/linux/netns_names.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/netns_held.hpp"

namespace wpns::host::linux_os {
namespace {

/// Links are followed.
bool leads_to_namespace(const std::string& name) {
    const UniqueFd fd(open(netns_path(name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    return fd.valid() && is_network_namespace(fd.get());
}

bool is_plain_file(const std::string& name) {
    struct stat status {};
    return lstat(netns_path(name).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// The names that `pick` chooses, sorted.
template <typename Pick>
std::vector<std::string> list_names(Pick pick) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(netns_dir), closedir);
    if (!directory && errno == ENOENT) return names;
    if (!directory) throw_errno(std::string("list ") + netns_dir, errno);
    while (const dirent* entry = readdir(directory.get()))
        if (entry->d_name[0] != '.' && pick(entry->d_name)) names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

}  // namespace

bool is_link_to_holder(const std::string& name) {
    std::error_code none;
    return std::filesystem::read_symlink(netns_path(name), none) == held_path(name);
}

std::vector<std::string> list_pins() {
    return list_names(leads_to_namespace);
}

std::vector<std::string> list_stale_names() {
    return list_names([](const std::string& name) {
        return (is_link_to_holder(name) || is_plain_file(name)) && !leads_to_namespace(name);
    });
}

}  // namespace wpns::host::linux_os
