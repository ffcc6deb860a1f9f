#include "host/linux/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

using Clock = std::chrono::steady_clock;

/// flock has no time-out of its own; a lock is held for seconds, so this is soon enough.
constexpr std::chrono::milliseconds kPause{50};
/// Most waits are over before a person wonders.
constexpr std::chrono::milliseconds kSilence{1000};

/// Never O_CREAT on an existing file: in the sticky /run/lock the kernel refuses that even to root
/// when the file is somebody else's (fs.protected_regular).
UniqueFd open_or_create(const std::string& path) {
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    for (int attempt = 0; attempt < 100; ++attempt) {
        // Nobody else may open it: who can, could hold the lock.
        UniqueFd fd(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0600));
        if (fd.valid()) return fd;
        if (errno != EEXIST) throw_errno("create " + path, errno);
        fd = UniqueFd(::open(path.c_str(), flags));
        struct stat info {};
        if (fd.valid() && ::fstat(fd.get(), &info) == 0 && info.st_uid == ::geteuid() &&
            S_ISREG(info.st_mode) && info.st_nlink == 1 && (info.st_mode & 077) == 0) {
            return fd;
        }
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_errno("replace " + path, errno);
    }
    throw Error(ErrorKind::conflict, path + " is made anew by somebody else again and again");
}

/// True when `path` still names the open file.
bool is_current(int fd, const std::string& path) {
    struct stat open_file {};
    struct stat named {};
    return ::fstat(fd, &open_file) == 0 && ::lstat(path.c_str(), &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

/// "pid 1234, sync" as the holder has written it; empty between its flock and its write.
std::string holder_of(int fd) {
    char text[128];
    const ssize_t size = ::pread(fd, text, sizeof text, 0);
    return printable(trim({text, size > 0 ? static_cast<std::size_t>(size) : 0}));
}

bool try_lock(int fd, const std::string& path) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) throw_errno("lock " + path, errno);
    return false;
}

void sign(int fd, std::string_view verb) {
    const std::string text = "pid " + std::to_string(::getpid()) + ", " + std::string(verb) + "\n";
    // For messages only: a full /run does not keep anybody from working.
    if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, text.data(), text.size(), 0);
}

}  // namespace

LockFile::LockFile(const std::string& path, std::string_view verb,
                   std::chrono::milliseconds patience, const Waiting& waiting) {
    const auto begin = Clock::now();
    bool told = !waiting;
    while (true) {
        UniqueFd fd = open_or_create(path);
        if (try_lock(fd.get(), path)) {
            if (!is_current(fd.get(), path)) continue;
            sign(fd.get(), verb);
            fd_ = std::move(fd);
            return;
        }
        if (!told && Clock::now() - begin >= kSilence) {
            waiting(holder_of(fd.get()));
            told = true;
        }
        if (Clock::now() - begin >= patience) {
            const std::string holder = holder_of(fd.get());
            throw Error(ErrorKind::busy,
                        "another run holds the lock" + (holder.empty() ? "" : " (" + holder + ")"),
                        "wait until it has ended");
        }
        std::this_thread::sleep_for(kPause);
    }
}

LockFile::~LockFile() {
    if (fd_.valid()) (void)!::ftruncate(fd_.get(), 0);
}

namespace {

constexpr const char* kDirectory = "/run/lock/";
constexpr std::chrono::milliseconds kPauseForSites{200};

class HostLock : public WriterLock {
  public:
    explicit HostLock(Waiting waiting) : waiting_(std::move(waiting)) {}

    [[nodiscard]] std::shared_ptr<void> take(const std::string& verb,
                                             std::chrono::seconds patience) override {
        return take_host(verb, patience);
    }

    [[nodiscard]] Held take(const std::string& verb, const std::vector<SiteName>& sites,
                            std::chrono::seconds patience) override {
        const auto end = Clock::now() + patience;
        bool told = !waiting_;
        while (true) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
            Held held{take_host(verb, std::max(left, std::chrono::milliseconds(0))), {}};
            const auto busy = add_sites(held, sites, verb);
            if (!busy) return held;
            held = {};
            if (Clock::now() >= end) throw *busy;
            if (!told) waiting_(busy->message());
            told = true;
            std::this_thread::sleep_for(kPauseForSites);
        }
    }

    [[nodiscard]] std::expected<std::shared_ptr<void>, Error> try_site(
        const SiteName& site, const std::string& verb) override {
        if (auto own = own_[site].lock()) return own;
        try {
            auto lock = std::make_shared<LockFile>(kDirectory + ("wpns-" + site.str()) + ".lock",
                                                   verb, std::chrono::milliseconds(0), Waiting{});
            own_[site] = lock;
            return lock;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::busy) throw;
            return std::unexpected(error);
        }
    }

  private:
    std::shared_ptr<void> take_host(const std::string& verb, std::chrono::milliseconds patience) {
        auto lock = std::make_shared<LockFile>(kDirectory + std::string("wpns.lock"), verb,
                                               patience, waiting_);
        (void)LockFile(accounts_lock, verb, patience, waiting_);
        return lock;
    }

    /// Why not all of them could be taken.
    std::optional<Error> add_sites(Held& held, const std::vector<SiteName>& sites,
                                   const std::string& verb) {
        for (const auto& site : sites) {
            auto lock = try_site(site, verb);
            if (!lock) return lock.error().with_context(site.str());
            held.sites.push_back(std::move(*lock));
        }
        return std::nullopt;
    }

    Waiting waiting_;
    std::map<SiteName, std::weak_ptr<void>> own_;
};

}  // namespace

std::unique_ptr<WriterLock> make_writer_lock(Waiting waiting) {
    return std::make_unique<HostLock>(std::move(waiting));
}

}  // namespace wpns::host::linux_os
