#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"
#include "host/linux/rtree_clone.hpp"
#include "host/linux/rtree_copy.hpp"
#include "host/linux/rtree_remove.hpp"
#include "host/linux/staged_tree.hpp"

namespace wpns::host::linux_os {
void LinuxFiles::purge_tree(const std::string& directory, std::uint32_t uid) {
    if (uid == 0) throw Error(ErrorKind::bug, directory + ": root's trees are purged as trusted");
    const auto place = find_place(directory);
    if (!place || !look(*place)) return;
    const auto top = open_below(place->directory.get(), place->name.c_str(),
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
    if (!top) throw_errno("open " + directory, top.error());
    if (stat_of(top->get(), directory).st_uid != uid) throw_trouble(directory, {"", EPERM});
    failpoint(Failpoint::tree_purge);
    remove_contents_as(uid, top->get(), directory);
    if (::unlinkat(place->directory.get(), place->name.c_str(), AT_REMOVEDIR) != 0) {
        throw_errno("remove " + directory, errno);
    }
    sync_directory(place->directory.get(), directory);
}

void LinuxFiles::purge_trusted_tree(const std::string& directory) {
    const auto place = find_place(directory);
    if (!place || !look(*place)) return;
    failpoint(Failpoint::tree_purge);
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
    StagedTree tree(target);
    failpoint(Failpoint::tree_copy);
    copy_contents(*source, from, tree.fd(), {skip.begin(), skip.end()});
    tree.publish();
}

void LinuxFiles::clone_tree(const std::string& from, std::uint32_t from_uid, const std::string& to,
                            std::uint32_t to_uid, Zeros zeros) {
    const Place source = need_place(from);
    const Place target = need_place(to);
    if (look(target)) throw Error(ErrorKind::conflict, to + " exists already");
    const auto top = open_below(source.directory.get(), source.name.c_str(),
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
    if (!top) throw_errno("open " + from, top.error());
    sweep_once(target.directory.get(), to.substr(0, to.rfind('/')));
    StagedTree tree(target);
    failpoint(Failpoint::tree_copy);
    clone_contents(top->get(), from_uid, from, tree.fd(), {to_uid, zeros});
    tree.publish();
}

void LinuxFiles::fill_directory(const std::string& from, const std::string& to) {
    const Place source = need_place(from);
    const Place target = need_place(to);
    const auto top = open_below(source.directory.get(), source.name.c_str(),
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
    if (!top) throw_errno("open " + from, top.error());
    const auto there = look(target);
    if (!there || !S_ISDIR(there->info.st_mode))
        throw Error(ErrorKind::conflict, to + " is no directory");
    sweep_once(target.directory.get(), to.substr(0, to.rfind('/')));
    StagedTree tree(target);
    failpoint(Failpoint::tree_copy);
    clone_contents(top->get(), 0, from, tree.fd(), {there->info.st_uid, Zeros::keep, true});
    if (::fchmod(tree.fd(), there->info.st_mode & 0777) != 0) throw_errno("copy to " + to, errno);
    tree.publish(StagedTree::Name::is_of_empty_directory);
}

}  // namespace wpns::host::linux_os
