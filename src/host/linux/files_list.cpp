#include "host/linux/files_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace wpns::host::linux_os {

std::vector<std::string> names_in(int directory, const std::string& shown) {
    UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) throw_errno("list " + shown, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
    if (!stream) throw_errno("list " + shown, errno);
    (void)fd.release();
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) throw_errno("list " + shown, errno);
    std::ranges::sort(names);
    return names;
}

std::string read_all(int fd, std::size_t limit, const std::string& shown) {
    std::string text;
    char buffer[16384];
    while (true) {
        const ssize_t size = ::read(fd, buffer, sizeof buffer);
        if (size == 0) return text;
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw_errno("read " + shown, errno);
        text.append(buffer, static_cast<std::size_t>(size));
        if (text.size() > limit) throw Error(ErrorKind::conflict, shown + " is too large");
    }
}

void write_all(int fd, std::string_view content, const std::string& shown) {
    while (!content.empty()) {
        const ssize_t size = ::write(fd, content.data(), content.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw_errno("write " + shown, errno);
        content.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::string read_system_text(const std::string& path) {
    constexpr std::size_t limit = 1U << 20;
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!fd.valid() || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    if (static_cast<std::size_t>(info.st_size) > limit) return {};
    return read_all(fd.get(), limit, path);
}

}  // namespace wpns::host::linux_os
