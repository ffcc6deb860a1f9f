#include "host/linux/staged_tree.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/rtree_remove.hpp"

namespace wpns::host::linux_os {

void sync_directory(int path_fd, const std::string& shown) {
    const UniqueFd fd(::openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) throw_errno("open " + shown, errno);
    sync_fd(fd.get(), shown);
}

StagedTree::StagedTree(const Place& place) : place_(place), name_(temporary_name()) {
    if (::mkdirat(place.directory.get(), name_.c_str(), 0700) != 0) {
        throw_errno("create " + place.path, errno);
    }
    auto fd = open_below(place.directory.get(), name_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (!fd) {
        ::unlinkat(place.directory.get(), name_.c_str(), AT_REMOVEDIR);
        throw_errno("open " + place.path, fd.error());
    }
    tree_ = std::move(*fd);
}

StagedTree::~StagedTree() {
    if (published_) return;
    try {
        remove_tree(place_.directory.get(), name_, std::nullopt, place_.path);
    } catch (const Error&) {  // the error that is on its way says more; leftovers go next time
    }
}

void StagedTree::publish(Name name) {
    failpoint(Failpoint::tree_publish);
    // One syncfs for some thousand files instead of as many fsyncs. It returns when all data and
    // inodes of the tree are written; the journal is forced by the fsync of the directory after
    // the rename, which is the later transaction.
    if (::syncfs(tree_.get()) != 0) throw_errno("sync " + place_.path, errno);
    const int directory = place_.directory.get();
    // rename(2) replaces a directory only where that is empty.
    const unsigned flags = name == Name::is_free ? RENAME_NOREPLACE : 0;
    if (::renameat2(directory, name_.c_str(), directory, place_.name.c_str(), flags) != 0) {
        if (errno == ENOTEMPTY) throw Error(ErrorKind::conflict, place_.path + " is not empty");
        throw_errno("rename to " + place_.path, errno);
    }
    published_ = true;
    failpoint(Failpoint::tree_published);
    sync_directory(directory, place_.path);
}

}  // namespace wpns::host::linux_os
