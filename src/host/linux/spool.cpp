#include "host/linux/spool.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/staged_tree.hpp"

namespace wpns::host::linux_os {

Spool::Spool(const Place& place) : place_(place), name_(temporary_name()) {
    auto fd = open_below(place.directory.get(), name_.c_str(),
                         O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, RESOLVE_NO_SYMLINKS, 0600);
    if (!fd) throw_errno("write " + place.path, fd.error());
    fd_ = std::move(*fd);
}

Spool::~Spool() {
    if (!kept_) ::unlinkat(place_.directory.get(), name_.c_str(), 0);
}

void Spool::keep() {
    failpoint(Failpoint::spool_keep);
    sync_fd(fd_.get(), place_.path);
    const int directory = place_.directory.get();
    if (::renameat(directory, name_.c_str(), directory, place_.name.c_str()) != 0) {
        throw_errno("write " + place_.path, errno);
    }
    kept_ = true;
    sync_directory(directory, place_.path);
}

}  // namespace wpns::host::linux_os
