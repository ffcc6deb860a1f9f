#pragma once

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/fd.hpp"

namespace wpns::host::linux_os {

/// A small ext4 on a sparse file in a tmpfs: with the tmpfs full, the disk has blocks that cannot
/// be written, which the kernel reports as an error of input or output at the next fsync.
class BadDisk {
  public:
    /// `place` is an empty directory; the filesystem is in `path()` then, unless `why_not()`.
    explicit BadDisk(std::string place) : place_(std::move(place)) {
        if (::mount("tmpfs", place_.c_str(), "tmpfs", 0, "size=12m,mode=0755") != 0) return;
        const UniqueFd image(::open(image_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (::ftruncate(image.get(), 64 << 20) != 0) return;
        if (!make_filesystem()) return;
        ::mkdir(path().c_str(), 0755);
        mount();
    }
    BadDisk(const BadDisk&) = delete;
    BadDisk& operator=(const BadDisk&) = delete;
    ~BadDisk() {
        ::umount2(path().c_str(), MNT_DETACH);
        loop_.reset();
        ::umount2(place_.c_str(), MNT_DETACH);
    }

    [[nodiscard]] std::string path() const { return place_ + "/disk"; }
    /// Why this machine has no such disk; empty where it has one.
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    /// From now on no block can be written that was never written before.
    void spoil() {
        const UniqueFd filler(::open(filler_path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        const std::string block(1 << 16, 'x');
        for (std::size_t size = block.size(); size > 0; size /= 2)
            while (::write(filler.get(), block.data(), size) > 0) {
            }
    }
    /// As after a boot with a disk that works again: nothing is left but what was on it.
    void boot() {
        ::umount(path().c_str());
        loop_.reset();
        ::unlink(filler_path().c_str());
        mount();
    }

  private:
    [[nodiscard]] std::string image_path() const { return place_ + "/image"; }
    [[nodiscard]] std::string filler_path() const { return place_ + "/filler"; }

    bool make_filesystem() {
        const pid_t child = ::fork();
        if (child == 0) {
            ::execl("/usr/sbin/mkfs.ext4", "mkfs.ext4", "-q", "-E",
                    "lazy_itable_init=1,lazy_journal_init=1,nodiscard", image_path().c_str(),
                    static_cast<char*>(nullptr));
            ::_exit(127);
        }
        int status = -1;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        why_not_ = status == 0 ? "" : "no mkfs.ext4";
        return status == 0;
    }
    /// Another program may take the free device first.
    void mount() {
        const UniqueFd image(::open(image_path().c_str(), O_RDWR | O_CLOEXEC));
        const UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
        why_not_ = "no loop device";
        for (int attempt = 0; attempt < 20 && control.valid(); ++attempt) {
            const std::string device =
                "/dev/loop" + std::to_string(::ioctl(control.get(), LOOP_CTL_GET_FREE));
            loop_ = UniqueFd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
            loop_config config{};
            config.fd = static_cast<__u32>(image.get());
            config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
            if (!loop_.valid() || ::ioctl(loop_.get(), LOOP_CONFIGURE, &config) != 0) continue;
            if (::mount(device.c_str(), path().c_str(), "ext4", 0, "") == 0) why_not_.clear();
            return;
        }
    }

    std::string place_;
    std::string why_not_ = "no tmpfs";
    UniqueFd loop_;
};

}  // namespace wpns::host::linux_os
