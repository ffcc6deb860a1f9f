#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/scope_guard.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"
#include "host/linux/rtree_copy.hpp"
#include "host/linux/rtree_remove.hpp"

namespace wpns::host::linux_os {
namespace {

void sync_directory(int path_fd, const std::string& shown) {
    const UniqueFd fd(::openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) throw_errno("open " + shown, errno);
    sync_fd(fd.get(), shown);
}

/// Makes a directory under a temporary name beside `place`, open for reading.
UniqueFd make_temporary(const Place& place, const std::string& name) {
    if (::mkdirat(place.directory.get(), name.c_str(), 0700) != 0) {
        throw_errno("create " + place.path, errno);
    }
    auto fd = open_below(place.directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (!fd) throw_errno("open " + place.path, fd.error());
    return std::move(*fd);
}

/// One syncfs for some thousand files instead of as many fsyncs. It returns when all data and
/// inodes of the tree are written; the journal is forced by the fsync of the directory after the
/// rename, which is the later transaction.
void publish(const Place& place, const std::string& name, int tree) {
    if (::syncfs(tree) != 0) throw_errno("sync " + place.path, errno);
    const int directory = place.directory.get();
    if (::renameat2(directory, name.c_str(), directory, place.name.c_str(), RENAME_NOREPLACE) !=
        0) {
        throw_errno("rename to " + place.path, errno);
    }
    sync_directory(directory, place.path);
}

}  // namespace

void LinuxFiles::purge_tree(const std::string& directory, std::uint32_t uid) {
    if (uid == 0) throw Error(ErrorKind::bug, directory + ": root's trees are purged as trusted");
    const auto place = find_place(directory);
    if (!place || !look(*place)) return;
    const auto top = open_below(place->directory.get(), place->name.c_str(),
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
    if (!top) throw_errno("open " + directory, top.error());
    if (stat_of(top->get(), directory).st_uid != uid) throw_trouble(directory, {"", EPERM});
    remove_contents_as(uid, top->get(), directory);
    if (::unlinkat(place->directory.get(), place->name.c_str(), AT_REMOVEDIR) != 0) {
        throw_errno("remove " + directory, errno);
    }
    sync_directory(place->directory.get(), directory);
}

void LinuxFiles::purge_trusted_tree(const std::string& directory) {
    const auto place = find_place(directory);
    if (!place || !look(*place)) return;
    remove_tree(place->directory.get(), place->name, 0, directory);
    sync_directory(place->directory.get(), directory);
}

void LinuxFiles::copy_trusted_tree(const std::string& from, const std::string& to,
                                   const std::vector<std::string>& skip) {
    const Place target = need_place(to);
    if (look(target)) throw Error(ErrorKind::conflict, to + " exists already");
    const auto source = walk(from, Last::follow);
    if (!source) throw Error(ErrorKind::missing, from + " does not exist");
    sweep_once(target.directory.get(), to.substr(0, to.rfind('/')));
    const std::string name = temporary_name();
    ScopeGuard undo([&] {
        try {
            remove_tree(target.directory.get(), name, 0, to);
        } catch (const Error&) {  // the error that is on its way says more; leftovers go next time
        }
    });
    const UniqueFd tree = make_temporary(target, name);
    copy_contents(*source, from, tree.get(), {skip.begin(), skip.end()});
    publish(target, name, tree.get());
    undo.dismiss();
}

}  // namespace wpns::host::linux_os
