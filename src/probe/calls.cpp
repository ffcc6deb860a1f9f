#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>

#include "probe/probe.hpp"

/// System calls by name. Where a call is let through it does nothing: its arguments are such that
/// the kernel refuses them for another reason, after it has looked at who asks.
namespace wpns::probe {
namespace {

constexpr const char* nowhere = "/nonexistent/wpns-verify";

/// What a number does not exist for on this machine cannot be called: ENOSYS.
template <typename... Values>
long call(long number, Values... values) {
    return ::syscall(number, values...);
}

template <int Flag>
long leave() {
    return ::unshare(Flag);
}

template <int Flag>
long clone_into() {
    return call(SYS_clone, Flag | SIGCHLD, 0L, 0L, 0L, 0L);
}

/// A mount namespace of our own where that is let through, so that the host's stays as it is.
void away_from_host() {
    if (::unshare(CLONE_NEWNS) == 0)
        (void)::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

long mount_tmpfs() {
    away_from_host();
    return ::mount("none", "/tmp", "tmpfs", 0, nullptr);
}

long unmount() {
    away_from_host();
    return call(SYS_umount2, "/tmp", MNT_DETACH);
}

long remount() {
    away_from_host();
    return ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr);
}

long pivot() {
    away_from_host();
    return call(SYS_pivot_root, "/", "/");
}

long attributes_of_mount() {
    const std::uint64_t attributes[4] = {};
    return call(SYS_mount_setattr, AT_FDCWD, "/", 0, attributes, sizeof attributes);
}

long handle_of() {
    struct {
        unsigned bytes = 128;
        int type = 0;
        unsigned char handle[128] = {};
    } handle;
    int mount = 0;
    return call(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount, 0);
}

long open_handle() {
    struct {
        unsigned bytes = 8;
        int type = 1;
        unsigned char handle[8] = {};
    } handle;
    const int root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return call(SYS_open_by_handle_at, root, &handle, O_RDONLY);
}

long ring() {
    io_uring_params parameters{};
    return call(SYS_io_uring_setup, 1, &parameters);
}

long program_map() {
    bpf_attr attributes{};
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = 4;
    attributes.value_size = 4;
    attributes.max_entries = 1;
    return call(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

long measure() {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_DUMMY;
    return call(SYS_perf_event_open, &attributes, 0, -1, -1, 0UL);
}

long own_namespace() {
    const int fd = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    return ::setns(fd, CLONE_NEWNET);
}

long first_in_queue() {
    sched_param parameters{};
    parameters.sched_priority = 1;
    return ::sched_setscheduler(0, SCHED_FIFO, &parameters);
}

/// Memory that can be written and run.
long writable_code() {
    return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0) == MAP_FAILED
               ? -1
               : 0;
}

long code_afterwards() {
    void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(at, 4096, PROT_READ | PROT_EXEC);
}

/// getpid of the 32-bit interface, whose numbers a filter for 64 bits would not know.
long other_interface() {
#ifdef __x86_64__
    long result = 20;
    asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result;
#else
    errno = ENOSYS;
    return -1;
#endif
}

long local_descriptors() {
#ifdef SYS_modify_ldt
    char buffer[16];
    return call(SYS_modify_ldt, 0, buffer, sizeof buffer);
#else
    errno = ENOSYS;
    return -1;
#endif
}

long ports() {
#ifdef SYS_ioperm
    return call(SYS_ioperm, 0x80, 1, 1);
#else
    errno = ENOSYS;
    return -1;
#endif
}

long wall_clock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_nsec = -1;
    return call(SYS_clock_settime, CLOCK_REALTIME, &now);
}

long message_queue() {
    const auto queue = ::mq_open("/wpns-verify", O_RDONLY | O_CREAT, 0600, nullptr);
    if (queue != static_cast<mqd_t>(-1)) (void)::mq_unlink("/wpns-verify");
    return queue;
}

/// Makes a segment for itself and gives it back.
long shared_memory() {
    const long id = call(SYS_shmget, 0, 4096UL, 0600);
    if (id >= 0) (void)call(SYS_shmctl, id, 0, nullptr);
    return id;
}

long semaphores() {
    const long id = call(SYS_semget, 0, 1, 0600);
    if (id >= 0) (void)call(SYS_semctl, id, 0, 0, 0L);
    return id;
}

long messages() {
    const long id = call(SYS_msgget, 0, 0600);
    if (id >= 0) (void)call(SYS_msgctl, id, 0, nullptr);
    return id;
}

struct Named {
    const char* name;
    long (*run)();
};

constexpr unsigned magic_one = 0xfee1dead;
constexpr unsigned magic_two = 672274793;
constexpr unsigned no_such_command = 0x77706e73;

constexpr std::array calls = {
    Named{"unshare-user", leave<CLONE_NEWUSER>},
    Named{"unshare-mount", leave<CLONE_NEWNS>},
    Named{"unshare-net", leave<CLONE_NEWNET>},
    Named{"unshare-pid", leave<CLONE_NEWPID>},
    Named{"unshare-ipc", leave<CLONE_NEWIPC>},
    Named{"unshare-uts", leave<CLONE_NEWUTS>},
    Named{"unshare-cgroup", leave<CLONE_NEWCGROUP>},
    Named{"clone-user", clone_into<CLONE_NEWUSER>},
    Named{"clone-net", clone_into<CLONE_NEWNET>},
    Named{"clone3", [] { return call(SYS_clone3, nullptr, 0UL); }},
    Named{"setns", own_namespace},
    Named{"chroot", [] { return call(SYS_chroot, "/"); }},
    Named{"mount", mount_tmpfs},
    Named{"remount", remount},
    Named{"umount2", unmount},
    Named{"pivot_root", pivot},
    Named{"open_tree", [] { return call(SYS_open_tree, AT_FDCWD, "/", 1); }},
    Named{"fsopen", [] { return call(SYS_fsopen, "tmpfs", 0); }},
    Named{"move_mount", [] { return call(SYS_move_mount, -1, "", -1, "", 0); }},
    Named{"mount_setattr", attributes_of_mount},
    Named{"name_to_handle_at", handle_of},
    Named{"open_by_handle_at", open_handle},
    Named{"io_uring_setup", ring},
    Named{"userfaultfd", [] { return call(SYS_userfaultfd, 1 | O_CLOEXEC); }},
    Named{"bpf", program_map},
    Named{"perf_event_open", measure},
    Named{"keyctl", [] { return call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 0); }},
    Named{"add_key",
          [] {
              return call(SYS_add_key, "user", "wpns-verify", "x", 1UL, KEY_SPEC_PROCESS_KEYRING);
          }},
    Named{"kexec_load", [] { return call(SYS_kexec_load, 0L, 0UL, nullptr, ~0UL); }},
    Named{"init_module", [] { return call(SYS_init_module, nullptr, 0UL, ""); }},
    Named{"delete_module", [] { return call(SYS_delete_module, "wpns_no_such", O_NONBLOCK); }},
    Named{"swapon", [] { return call(SYS_swapon, nowhere, 0); }},
    Named{"swapoff", [] { return call(SYS_swapoff, nowhere); }},
    Named{"reboot",
          [] { return call(SYS_reboot, magic_one, magic_two, no_such_command, nullptr); }},
    Named{"acct", [] { return call(SYS_acct, nowhere); }},
    Named{"syslog",
          [] {
              char byte = 0;
              return call(SYS_syslog, 3, &byte, 1);
          }},
    Named{"quotactl", [] { return call(SYS_quotactl, 0x80000400U, nowhere, 0, nullptr); }},
    Named{"clock_settime", wall_clock},
    Named{"sethostname", [] { return call(SYS_sethostname, "", -1L); }},
    Named{"personality", [] { return call(SYS_personality, 0x0040000UL); }},
    Named{"modify_ldt", local_descriptors},
    Named{"ioperm", ports},
    Named{"sched_fifo", first_in_queue},
    Named{"mlockall", [] { return call(SYS_mlockall, 2); }},
    Named{"setuid", [] { return call(SYS_setuid, 0); }},
    Named{"setgroups",
          [] {
              const gid_t none = 0;
              return call(SYS_setgroups, 1, &none);
          }},
    Named{"setpriority", [] { return call(SYS_setpriority, 0, 0, -20); }},
    Named{"writable_code", writable_code},
    Named{"code_afterwards", code_afterwards},
    Named{"memfd_create", [] { return call(SYS_memfd_create, "wpns-verify", 1U); }},
    Named{"other_interface", other_interface},
    Named{"shmget", shared_memory},
    Named{"semget", semaphores},
    Named{"msgget", messages},
    Named{"mq_open", message_queue},
};

std::string by_name(Args args) {
    for (const auto& entry : calls) {
        if (args[0] != entry.name) continue;
        const pid_t parent = ::getpid();
        const long result = entry.run();
        if (::getpid() != parent) ::_exit(0);  // the new process of a clone that was let through
        return outcome(result);
    }
    return "bad request";
}

constexpr std::array verbs = {Verb{"call", 1, by_name}};

}  // namespace

std::span<const Verb> call_verbs() {
    return verbs;
}

}  // namespace wpns::probe
