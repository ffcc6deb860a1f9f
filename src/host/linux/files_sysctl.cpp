#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/files_list.hpp"

namespace wpns::host::linux_os {
namespace {

bool is_name(std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// "net.ipv4.ip_forward" to /proc/sys/net/ipv4/ip_forward. Only names that need no care: neither
/// "/" nor "..", and no interface names with dots.
std::string path_of(const std::string& key) {
    const auto parts = split(key, '.');
    if (parts.size() < 2 || !std::ranges::all_of(parts, is_name)) {
        throw Error(ErrorKind::bug, "not a sysctl: " + printable(key));
    }
    std::string path = "/proc/sys";
    for (const auto part : parts) path.append("/").append(part);
    return path;
}

UniqueFd open_sysctl(const std::string& key, int flags) {
    UniqueFd fd(::open(path_of(key).c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (fd.valid()) return fd;
    if (errno == ENOENT) throw Error(ErrorKind::missing, "this kernel has no sysctl " + key);
    throw_errno("open sysctl " + key, errno);
}

}  // namespace

std::string LinuxFiles::sysctl(const std::string& key) const {
    constexpr std::size_t limit = 4096;
    return std::string(trim(read_all(open_sysctl(key, O_RDONLY).get(), limit, key)));
}

void LinuxFiles::set_sysctl(const std::string& key, const std::string& value) {
    if (sysctl(key) == trim(value)) return;
    failpoint(Failpoint::sysctl_set);
    const UniqueFd fd = open_sysctl(key, O_WRONLY);
    // The kernel takes one write as the whole value.
    if (::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
        throw_errno("set sysctl " + key, errno);
    }
}

}  // namespace wpns::host::linux_os
