#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall invisible{
    "programs of this site see processes of the host and of other sites",
    "compare systemctl cat of the unit with its template: ProtectProc=, ProcSubset="};
constexpr Wall untouchable{
    "programs of this site can end or steer processes that are not theirs",
    "accounts of the site: wpns status NAME; systemctl cat of the unit: User=, SystemCallFilter="};
constexpr Wall no_rights{"programs of this site can get rights that they do not have",
                         "compare systemctl cat of the unit with its template: NoNewPrivileges=, "
                         "CapabilityBoundingSet=, SystemCallFilter="};

}  // namespace

std::vector<Probe> process_rows() {
    using enum Who;
    const std::vector<Who> all{php, web, database};
    return {
        {"P01", all, "processes of others in /proc", "foreign", "own", Control::none, &invisible},
        {"P02", all, "signal to the host's first process", "signal 1", "EPERM|ESRCH", Control::runs,
         &untouchable},
        {"P02a", all, "signal by descriptor to the host's first process", "pidfd 1", "EPERM|ESRCH",
         Control::runs, &untouchable},
        {"P02b", all, "signal to a process of another site", "signal {peer_pid}", "EPERM|ESRCH",
         Control::runs, &untouchable},
        {"P02c",
         {php, web},
         "signal to the site's database",
         "signal {database_pid}",
         "EPERM|ESRCH",
         Control::runs,
         &untouchable},
        {"P03", all, "trace a process", "trace", "EPERM", Control::none, &untouchable},
        {"P03a", all, "memory of a process, even its own", "memory self", "EPERM", Control::none,
         &untouchable},
        {"P04", all, "no capability, no new rights, filter on", "status",
         "CapInh=0000000000000000,CapPrm=0000000000000000,CapEff=0000000000000000,CapBnd="
         "0000000000000000,CapAmb=0000000000000000,NoNewPrivs=1,Seccomp=2",
         Control::none, &no_rights},
    };
}

}  // namespace wpns::verify
