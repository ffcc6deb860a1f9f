#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall bus{
    "programs of this site reach systemd or another service of the host and can ask it to act",
    "compare systemctl cat of the unit with its template: RootDirectory=, Bind…Paths=, "
    "InaccessiblePaths="};
constexpr Wall abstract_names{
    "programs of this site reach sockets of the host that have no path",
    "compare systemctl cat of the unit with its template: NetworkNamespacePath=, PrivateNetwork="};
constexpr Wall own_sockets{"the parts of the site do not reach each other",
                           "wpns status NAME; systemctl status of the site's .socket units"};

}  // namespace

std::vector<Probe> socket_rows() {
    using enum Who;
    const std::vector<Who> all{php, web, database};
    return {
        {"I04", all, "socket of the host", "unix {socket}", "ENOENT|EACCES", Control::exists, &bus},
        {"I05", all, "abstract socket of the host", "unix {abstract}", "ECONNREFUSED",
         Control::reach, &abstract_names},
        {"I07", all, "socket of another site", "unix {peer_socket}", "ENOENT|EACCES",
         Control::exists, &bus},
        {"I11",
         {php},
         "own database's socket",
         "unix /run/wpns/mysqld.sock",
         "connected",
         Control::works,
         &own_sockets},
        {"I12",
         {web},
         "own PHP's socket",
         "unix /run/wpns/php.sock",
         "connected",
         Control::works,
         &own_sockets},
    };
}

}  // namespace wpns::verify
