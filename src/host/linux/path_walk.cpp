#include "host/linux/path_walk.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>
#include <deque>
#include <expected>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr unsigned kMaxLinks = 40;  // as the kernel
constexpr std::uint64_t kOneStep = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

UniqueFd open_root() {
    UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root.valid()) throw_errno("open /", errno);
    return root;
}

class Walker {
  public:
    Walker(UniqueFd start, std::string shown) : shown_(std::move(shown)) {
        at_.info = stat_of(start.get(), shown_);
        at_.fd = std::move(start);
    }

    std::optional<Found> run(std::string_view path, Last last) {
        push(path);
        while (!rest_.empty()) {
            require_root_world(at_.info, shown_);
            const std::string name = std::move(rest_.front());
            rest_.pop_front();
            const std::string next = shown_ == "/" ? "/" + name : shown_ + "/" + name;
            auto found = step(at_.fd.get(), name, next);
            if (!found) return std::nullopt;
            if (S_ISLNK(found->info.st_mode) && (!rest_.empty() || last == Last::follow)) {
                follow(*found, next);
            } else {
                at_ = std::move(*found);
                shown_ = next;
            }
        }
        return std::move(at_);
    }

  private:
    /// Puts the components of `path` in front of what is left to walk.
    void push(std::string_view path) {
        std::deque<std::string> parts;
        for (const auto part : split(path, '/')) {
            if (!part.empty() && part != ".") parts.emplace_back(part);
        }
        rest_.insert(rest_.begin(), parts.begin(), parts.end());
    }

    void follow(const Found& link, const std::string& shown) {
        if (link.info.st_uid != 0) {
            throw Error(ErrorKind::conflict, shown + " is a symbolic link that root does not own");
        }
        if (++links_ > kMaxLinks) throw_errno("open " + shown, ELOOP);
        const std::string target = read_link(link.fd.get(), shown);
        if (target.starts_with('/')) {
            at_.fd = open_root();
            at_.info = stat_of(at_.fd.get(), "/");
            shown_ = "/";
        }
        push(target);
    }

    Found at_;
    std::string shown_;
    std::deque<std::string> rest_;
    unsigned links_ = 0;
};

}  // namespace

/// With O_PATH and O_NOFOLLOW RESOLVE_NO_SYMLINKS gives the link
/// itself.
std::optional<Found> step(int directory, const std::string& name, const std::string& shown) {
    auto fd = open_below(directory, name.c_str(), O_PATH | O_NOFOLLOW, kOneStep);
    if (!fd) {
        if (fd.error() == ENOENT) return std::nullopt;
        throw_errno("open " + shown, fd.error());
    }
    Found found{std::move(*fd), {}};
    found.info = stat_of(found.fd.get(), shown);
    return found;
}

bool is_roots_alone(const struct stat& info) {
    return info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

void require_root_world(const struct stat& info, const std::string& shown) {
    if (!S_ISDIR(info.st_mode)) throw Error(ErrorKind::conflict, shown + " is not a directory");
    if (is_roots_alone(info)) return;
    throw Error(ErrorKind::conflict, shown + " is not root's alone",
                "chown root:root " + shown + " && chmod go-w " + shown +
                    ", or use a path where only root can write");
}

void require_plain_path(const std::string& path) {
    bool plain = path.size() > 1 && path.front() == '/' && path.find('\0') == std::string::npos;
    for (const auto part : split(std::string_view(path).substr(plain ? 1 : 0), '/')) {
        plain = plain && !part.empty() && part != "." && part != "..";
    }
    if (!plain) throw Error(ErrorKind::bug, "not a plain absolute path: " + printable(path));
}

std::optional<Found> walk(const std::string& path, Last last) {
    require_plain_path(path);
    return Walker(open_root(), "/").run(path, last);
}

std::optional<Found> walk_from(int directory, const std::string& shown, const std::string& target) {
    if (target.starts_with('/')) return Walker(open_root(), "/").run(target, Last::follow);
    UniqueFd start(::openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!start.valid()) throw_errno("open " + shown, errno);
    return Walker(std::move(start), shown).run(target, Last::follow);
}

std::optional<Place> find_place(const std::string& path) {
    require_plain_path(path);
    const auto slash = path.rfind('/');
    auto parent = Walker(open_root(), "/").run(path.substr(0, slash), Last::follow);
    if (!parent) return std::nullopt;
    require_root_world(parent->info, slash == 0 ? "/" : path.substr(0, slash));
    return Place{std::move(parent->fd), path.substr(slash + 1), path};
}

Place need_place(const std::string& path) {
    auto place = find_place(path);
    if (place) return std::move(*place);
    throw Error(ErrorKind::missing, path + ": its directory does not exist");
}

std::optional<Found> look(const Place& place) {
    return step(place.directory.get(), place.name, place.path);
}

}  // namespace wpns::host::linux_os
