#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall running{
    "a running service does not have the walls that its unit asks for, so the probes above say "
    "nothing of it",
    "systemctl daemon-reload, then systemctl restart the unit"};
constexpr Wall owners{"a process of this site runs with the rights of somebody else",
                      "systemctl status of the site's slice shows which unit it is; end it"};
constexpr Wall network{"a process of this site is on a network that is not the site's",
                       "wpns sync; systemctl restart the unit"};
constexpr Wall rules{"packets of this site meet other rules than they should", "wpns sync"};
constexpr Wall drift{"what was set up for this site has been changed",
                     "wpns plan NAME shows what, wpns sync puts it back"};
constexpr Wall loopback{"packets to 127.0.0.1 or with the host's addresses pass this link",
                        "sysctl -w the setting to 0; look for who sets it in /etc/sysctl.d"};
constexpr Wall session{
    "an account of this site can have programs run outside of its walls, in the host's network",
    "loginctl disable-linger ACCOUNT; rm the file in /var/lib/systemd/linger; who made it?"};
constexpr Wall schedule{"an account of this site can have programs run outside of its walls",
                        "crontab -r -u ACCOUNT, atrm; who made the entry?"};
constexpr Wall account{"somebody can log in as this site", "usermod -L ACCOUNT; wpns plan NAME"};

Probe seen(const char* id, const char* name, const char* fact, const char* expected,
           const Wall& wall) {
    return {id, {Who::host}, name, fact, expected, Control::none, &wall};
}

}  // namespace

/// The request is the name of a fact that is looked at from outside.
std::vector<Probe> host_rows() {
    return {
        seen("O01", "processes under other accounts", "foreign accounts", "none", owners),
        seen("O02", "processes on another network", "foreign networks", "none", network),
        seen("O03", "table inet wpns", "firewall", "as it should be", rules),
        seen("O04", "the site's elements in the table", "firewall site", "as they should be",
             rules),
        seen("O05", "net.ipv4.ip_forward", "forwarding", "1", rules),
        seen("O06", "route_localnet on the host's end", "route_localnet", "0", loopback),
        seen("O06a", "accept_local on the host's end", "accept_local", "0", loopback),
        seen("O07", "files, accounts, units and the rest", "drift", "as they should be", drift),
        seen("O08", "linger file", "linger", "none", session),
        seen("O08a", "user session", "session", "none", session),
        seen("O09", "crontab", "crontab", "none", schedule),
        seen("O09a", "at jobs", "at", "none", schedule),
        seen("O10", "accounts that are not locked", "accounts", "none", account),
        seen("O11", "running PHP has the probed rights", "rights php", "same|not running", running),
        seen("O11a", "running web server has the probed rights", "rights web", "same|not running",
             running),
        seen("O11b", "running database has the probed rights", "rights database",
             "same|not running", running),
        seen("O12", "running PHP has the probed mounts", "mounts php", "same|not running", running),
        seen("O12a", "running web server has the probed mounts", "mounts web", "same|not running",
             running),
        seen("O12b", "running database has the probed mounts", "mounts database",
             "same|not running", running),
        seen("O13", "namespaces shared with the host", "namespaces", "none", network),
    };
}

}  // namespace wpns::verify
