#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall hidden{
    "programs of this site see files of the host",
    "compare systemctl cat of the unit with its template: RootDirectory=, Bind…Paths=; drop-ins "
    "count"};
constexpr Wall other_sites{
    "programs of this site see another site's files, settings or sockets",
    "compare systemctl cat of the unit with its template: RootDirectory=, Bind…Paths=; drop-ins "
    "count"};
constexpr Wall read_only{
    "programs of this site can change system files",
    "compare systemctl cat of the unit with its template: ProtectSystem=, ReadOnlyPaths="};
constexpr Wall tunables{
    "programs of this site reach settings of the kernel",
    "compare systemctl cat of the unit with its template: ProcSubset=, ProtectKernelTunables=, "
    "InaccessiblePaths="};
constexpr Wall devices{
    "programs of this site see devices, or memory that all sites share",
    "compare systemctl cat of the unit with its template: PrivateDevices=, InaccessiblePaths="};
constexpr Wall special_files{
    "programs of this site can make files that give rights to others",
    "compare systemctl cat of the unit with its template: RestrictSUIDSGID=, SystemCallFilter="};
constexpr Wall foreign_code{"a program that a visitor has brought into the site can be run",
                            "compare systemctl cat of the unit with its template: NoExecPaths="};
constexpr Wall own_files{"the site cannot write where it must",
                         "wpns plan NAME; owner and mode of its data directory; disk full?"};

using enum Who;
const std::vector<Who> everybody{php, web, database};
constexpr auto gone = "ENOENT|EACCES";

const std::vector<Probe> on_files = {
    {"F01", everybody, "list /home", "list /home", "EACCES|ENOENT|empty", Control::none, &hidden},
    {"F01a", everybody, "list /root", "list /root", "EACCES|ENOENT|empty", Control::none, &hidden},
    {"F01b", everybody, "list /srv", "list /srv", "~core,wp-config.php,www", Control::none,
     &hidden},
    {"F01c", everybody, "list /var/lib", "list /var/lib", "~mysql,mysql-files", Control::exists,
     &hidden},
    {"F01d", everybody, "list /etc/wpns", "list /etc/wpns",
     "~my.cnf,nginx.conf,php-fpm.conf,php.ini", Control::exists, &hidden},
    {"F01e", everybody, "list /run", "list /run", "~host,systemd,wpns,credentials", Control::exists,
     &hidden},
    {"F01f", everybody, "list /run/wpns", "list /run/wpns", "~http.sock,mysqld.sock,php.sock",
     Control::exists, &other_sites},
    {"F01g", everybody, "mounts that name another site", "text /proc/self/mountinfo", "!",
     Control::none, &other_sites},
    {"F01h", everybody, "accounts that name another site", "text /etc/passwd", "!", Control::none,
     &other_sites},
    {"F02", everybody, "path of another site", "read {peer_path}", gone, Control::exists,
     &other_sites},
    {"F03", everybody, "secret of the host", "read {secret}", gone, Control::exists, &hidden},
    {"F03a", everybody, "memory of wpns and of other sites", "read /var/lib/wpns", gone,
     Control::exists, &hidden},
    {"F04", everybody, "new file in a directory of the system", "create {system_dir}",
     "EROFS|EACCES|ENOENT", Control::none, &read_only},
    {"F05", everybody, "new file in /tmp", "create /tmp", "ok", Control::works, &own_files},
    {"F05a", {php}, "new file in wp-content", "create {content}", "ok", Control::works, &own_files},
    {"F05b",
     {web},
     "new file in wp-content",
     "create {content}",
     "EROFS|EACCES",
     Control::none,
     &read_only},
    {"F05c",
     {database},
     "new file in the data directory",
     "create /var/lib/mysql",
     "ok",
     Control::works,
     &own_files},
    {"F05d",
     {php, web},
     "data directory of the database",
     "read /var/lib/mysql/ibdata1",
     gone,
     Control::none,
     &hidden},
    {"F05e", {database}, "files of WordPress", "read {content}", gone, Control::none, &hidden},
    {"F08", everybody, "device node", "mknod /tmp", "EPERM", Control::none, &special_files},
    {"F09", everybody, "set-user-ID bit", "setuid /tmp", "EPERM", Control::none, &special_files},
    {"F09a", everybody, "set-group-ID bit", "setgid /tmp", "EPERM", Control::none, &special_files},
    {"F09b", everybody, "file with capabilities", "filecap /tmp", "EPERM", Control::none,
     &special_files},
    {"F09c",
     {php},
     "set-user-ID bit in wp-content",
     "setuid {content}",
     "EPERM",
     Control::none,
     &special_files},
    {"F10", everybody, "devices", "list /dev",
     "~char,core,fd,full,hugepages,log,mqueue,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,"
     "urandom,zero",
     Control::exists, &devices},
    {"F10a", everybody, "shared memory of the host", "create /dev/shm", "EACCES|EROFS",
     Control::none, &devices},
    {"F10b", everybody, "shared memory of the host, by name", "list /dev/shm", "EACCES|empty",
     Control::none, &devices},
    {"F13", everybody, "settings of the kernel", "write {tunable}", "EROFS|EACCES|ENOENT",
     Control::exists, &tunables},
    {"F13a", everybody, "list /sys", "list /sys", "EACCES|empty", Control::exists, &tunables},
    {"F13b", everybody, "list /proc/sys", "list /proc/sys", gone, Control::exists, &tunables},
    {"F21", everybody, "run a program from /tmp", "execute /tmp", "EACCES", Control::none,
     &foreign_code},
    {"F21a",
     {php},
     "run a program from wp-content",
     "execute {content}",
     "EACCES",
     Control::none,
     &foreign_code},
    {"F21b",
     {database},
     "run a program from the data directory",
     "execute /var/lib/mysql",
     "EACCES",
     Control::none,
     &foreign_code},
    {"F21c", everybody, "load code from /tmp", "mapcode /tmp", "EPERM|EACCES", Control::none,
     &foreign_code},
    {"F21d",
     {php},
     "load code from wp-content",
     "mapcode {content}",
     "EPERM|EACCES",
     Control::none,
     &foreign_code},
};

}  // namespace

std::vector<Probe> file_rows() {
    return on_files;
}

}  // namespace wpns::verify
