#include "host/linux/visits_linux.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

nanoseconds since_epoch(const timespec& time) {
    return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// Where times of access are not kept, every site would look idle.
void require_times(const std::string& path) {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return;  // gone by now: the caller sees that
    if ((info.f_flag & ST_NOATIME) == 0) return;
    throw Error(ErrorKind::missing, path + " is on a file system that keeps no times of access",
                "mount -o remount,relatime /run");
}

void set_last_visit_to_now(const std::string& path) {
    const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, timespec{0, UTIME_NOW}};
    if (::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0 &&
        errno != ENOENT)
        throw_errno("set the times of " + path, errno);
}

class KernelVisits final : public Visits {
  public:
    /// The time of modification is where the last known visit is kept. It must not be before that
    /// of access: with relatime, which is common for /run, only then the next access is noted.
    std::map<std::string, seconds> quiet(std::span<const std::string> sockets) override {
        if (!sockets.empty()) require_times(sockets.front());
        std::map<std::string, seconds> result;
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        for (const auto& path : sockets) {
            struct stat info {};
            if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) continue;
            const bool visited = since_epoch(info.st_atim) > since_epoch(info.st_mtim);
            if (visited) set_last_visit_to_now(path);
            const auto quiet = visited ? nanoseconds(0) : now - since_epoch(info.st_mtim);
            result[path] =
                std::max(seconds(0), std::chrono::duration_cast<std::chrono::seconds>(quiet));
        }
        return result;
    }

    [[nodiscard]] std::set<std::string> in_use() const override {
        std::ifstream file("/proc/net/unix", std::ios::binary);
        if (!file) throw Error(ErrorKind::missing, "/proc/net/unix cannot be read");
        const std::string table{std::istreambuf_iterator<char>(file), {}};
        return connected_paths(table);
    }

    void mark(std::span<const std::string> sockets) override {
        std::ranges::for_each(sockets, set_last_visit_to_now);
    }
};

/// One line: "address: references protocol flags type state inode path", numbers in hex.
struct Line {
    unsigned flags = 0;
    unsigned state = 0;
    std::string_view path;
};

std::string_view next_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

unsigned hex(std::string_view word) {
    unsigned number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number, 16);
    return number;
}

Line parse_line(std::string_view text) {
    Line line;
    for (int skipped = 0; skipped < 3; ++skipped) (void)next_word(text);
    line.flags = hex(next_word(text));
    (void)next_word(text);
    line.state = hex(next_word(text));
    (void)next_word(text);
    if (!text.empty()) line.path = text.substr(1);
    return line;
}

}  // namespace

/// The end of the server has the path that the listening socket was bound to.
std::set<std::string> connected_paths(std::string_view table) {
    constexpr unsigned listens = 0x10000;  // __SO_ACCEPTCON
    constexpr unsigned connecting = 2;     // SS_CONNECTING: not accepted yet
    constexpr unsigned connected = 3;      // SS_CONNECTED
    std::set<std::string> paths;
    for (const auto text : split(table, '\n')) {
        const Line line = parse_line(text);
        const bool open = line.state == connecting || line.state == connected;
        if (open && (line.flags & listens) == 0 && line.path.starts_with('/'))
            paths.emplace(line.path);
    }
    return paths;
}

std::unique_ptr<Visits> make_visits() {
    return std::make_unique<KernelVisits>();
}

}  // namespace wpns::host::linux_os
