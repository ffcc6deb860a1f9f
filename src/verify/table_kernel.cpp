#include <array>

#include "verify/rows.hpp"

namespace wpns::verify {
namespace {

constexpr Wall filter{
    "programs of this site reach a part of the kernel that they do not need and that had bugs",
    "compare systemctl cat of the unit with its template: SystemCallFilter=, "
    "CapabilityBoundingSet="};
constexpr Wall namespaces{
    "programs of this site can make a world of their own with rights in it, the way of most kernel "
    "exploits",
    "compare systemctl cat of the unit with its template: RestrictNamespaces="};
constexpr Wall mounts{"programs of this site can change what is mounted",
                      "compare systemctl cat of the unit with its template: SystemCallFilter="};
constexpr Wall code{"injected data can be run as code",
                    "compare systemctl cat of the unit with its template: MemoryDenyWriteExecute=, "
                    "SystemCallFilter="};
constexpr Wall ipc{"programs of this site can leave or find shared memory and queues",
                   "compare systemctl cat of the unit with its template: SystemCallFilter=, "
                   "PrivateIPC="};

struct Call {
    const char* id;
    const char* name;
    const char* request;
    const Wall* wall;
    const char* expected = "EPERM";
};

/// Other processors have no such call at all.
#ifdef __x86_64__
constexpr const char* only_x86 = "EPERM";
#else
constexpr const char* only_x86 = "ENOSYS";
#endif

constexpr std::array calls = {
    Call{"N21", "setns to a network", "call setns", &namespaces},
    Call{"F16", "name_to_handle_at", "call name_to_handle_at", &filter},
    Call{"F16a", "open_by_handle_at", "call open_by_handle_at", &filter},
    Call{"F17", "mount", "call mount", &mounts},
    Call{"F17a", "remount", "call remount", &mounts},
    Call{"F17b", "umount2", "call umount2", &mounts},
    Call{"F17c", "pivot_root", "call pivot_root", &mounts},
    Call{"F17d", "open_tree", "call open_tree", &mounts},
    Call{"F17e", "fsopen", "call fsopen", &mounts},
    Call{"F17f", "move_mount", "call move_mount", &mounts},
    Call{"F17g", "mount_setattr", "call mount_setattr", &mounts},
    Call{"P06", "new user namespace", "call unshare-user", &namespaces},
    Call{"P06a", "new mount namespace", "call unshare-mount", &namespaces},
    Call{"P06b", "new network namespace", "call unshare-net", &namespaces},
    Call{"P06c", "new pid namespace", "call unshare-pid", &namespaces},
    Call{"P06d", "new IPC namespace", "call unshare-ipc", &namespaces},
    Call{"P06e", "new host name namespace", "call unshare-uts", &namespaces},
    Call{"P06f", "new cgroup namespace", "call unshare-cgroup", &namespaces},
    Call{"P06g", "clone into a user namespace", "call clone-user", &namespaces},
    Call{"P06h", "clone into a network namespace", "call clone-net", &namespaces},
    Call{"P06i", "clone3, whose flags no filter sees", "call clone3", &namespaces, "ENOSYS"},
    Call{"P07", "io_uring_setup", "call io_uring_setup", &filter},
    Call{"P07a", "userfaultfd", "call userfaultfd", &filter},
    Call{"P07b", "bpf", "call bpf", &filter},
    Call{"P07c", "perf_event_open", "call perf_event_open", &filter},
    Call{"P07d", "keyctl", "call keyctl", &filter},
    Call{"P07e", "add_key", "call add_key", &filter},
    Call{"P07f", "kexec_load", "call kexec_load", &filter},
    Call{"P07g", "init_module", "call init_module", &filter},
    Call{"P07h", "delete_module", "call delete_module", &filter},
    Call{"P07i", "quotactl", "call quotactl", &filter},
    Call{"P07j", "swapon", "call swapon", &filter},
    Call{"P07k", "swapoff", "call swapoff", &filter},
    Call{"P07l", "reboot", "call reboot", &filter},
    Call{"P07m", "acct", "call acct", &filter},
    Call{"P07n", "messages of the kernel", "call syslog", &filter},
    Call{"P07o", "personality without random addresses", "call personality", &filter},
    Call{"P07p", "modify_ldt", "call modify_ldt", &filter, only_x86},
    Call{"P07q", "ioperm", "call ioperm", &filter, only_x86},
    Call{"P07r", "real-time priority", "call sched_fifo", &filter},
    Call{"P07s", "chroot", "call chroot", &filter},
    Call{"P07t", "memory that is never swapped", "call mlockall", &filter},
    Call{"P07u", "clock_settime", "call clock_settime", &filter},
    Call{"P07v", "sethostname", "call sethostname", &filter},
    Call{"P07w", "setuid 0", "call setuid", &filter},
    Call{"P07x", "setgroups", "call setgroups", &filter},
    Call{"P07y", "priority above others", "call setpriority", &filter, "EPERM|EACCES"},
    Call{"P07z", "calls by the 32-bit interface", "call other_interface", &filter,
         "SIGSYS|SIGSEGV|ENOSYS|EPERM"},
    // Debian 12 refuses by a filter of systemd's (EPERM), Debian 13 by PR_SET_MDWE, the kernel's
    // own (EACCES). Both are the wall: nothing else refuses memory without a file to be run.
    Call{"P08", "memory that is written and run", "call writable_code", &code, "EPERM|EACCES"},
    Call{"P08a", "memory that is run after it was written", "call code_afterwards", &code,
         "EPERM|EACCES"},
    Call{"P08b", "program in memory, with no file system to forbid it", "call memfd_create", &code},
    Call{"I01", "SysV shared memory", "call shmget", &ipc},
    Call{"I01a", "SysV semaphores", "call semget", &ipc},
    Call{"I01b", "SysV messages", "call msgget", &ipc},
    Call{"I02", "POSIX message queue", "call mq_open", &ipc},
};

}  // namespace

std::vector<Probe> kernel_rows() {
    using enum Who;
    std::vector<Probe> rows;
    for (const auto& call : calls)
        rows.push_back({call.id,
                        {php, web, database},
                        call.name,
                        call.request,
                        call.expected,
                        Control::none,
                        call.wall});
    return rows;
}

}  // namespace wpns::verify
