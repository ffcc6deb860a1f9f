#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace wpns {

/// Moments of a run at which a test build can be made to die, to fail or to hang: one before each
/// lasting effect, and those in the middle of an effect that takes several system calls.
enum class Failpoint : std::size_t {
    lock_taken,
    files_stage,
    files_write,
    files_staged,
    files_commit,
    files_committed,
    file_remove,
    directory_make,
    directory_made,
    directory_remove,
    rename,
    renamed,
    exchange,
    exchanged,
    part_create,
    part_write,
    part_read,
    part_finish,
    tree_copy,
    tree_unpack,
    tree_publish,
    tree_published,
    tree_purge,
    spool_keep,
    quota_set,
    quota_lift,
    sysctl_set,
    accounts_create,
    account_remove,
    account_removed,
    process_run,
    process_ran,
    namespace_create,
    namespace_pin,
    namespace_remove,
    bridge_create,
    bridge_created,
    bridge_remove,
    link_create,
    link_created,
    link_remove,
    links_leaving,
    firewall_load,
    firewall_change,
    firewall_resolved,
    firewall_remove,
    unit_job,
    unit_jobs_queued,
    units_enable,
    units_disable,
    units_reload,
    accept_put,
    accept_remove,
};

/// Their names, in the order of the enumeration.
inline constexpr std::array failpoint_names = std::to_array<std::string_view>({
    "lock_taken",      "files_stage",    "files_write",      "files_staged",    "files_commit",
    "files_committed", "file_remove",    "directory_make",   "directory_made",  "directory_remove",
    "rename",          "renamed",        "exchange",         "exchanged",       "part_create",
    "part_write",      "part_read",      "part_finish",      "tree_copy",       "tree_unpack",
    "tree_publish",    "tree_published", "tree_purge",       "spool_keep",      "quota_set",
    "quota_lift",      "sysctl_set",     "accounts_create",  "account_remove",  "account_removed",
    "process_run",     "process_ran",    "namespace_create", "namespace_pin",   "namespace_remove",
    "bridge_create",   "bridge_created", "bridge_remove",    "link_create",     "link_created",
    "link_remove",     "links_leaving",  "firewall_load",    "firewall_change", "firewall_resolved",
    "firewall_remove", "unit_job",       "unit_jobs_queued", "units_enable",    "units_disable",
    "units_reload",    "accept_put",     "accept_remove",
});
static_assert(failpoint_names.size() == static_cast<std::size_t>(Failpoint::accept_remove) + 1);

/// Marks such a moment. Does nothing in the program that is installed; which of the two bodies a
/// program has is decided when it is linked (src/failpoints).
void failpoint(Failpoint point);

/// True in a test build.
[[nodiscard]] bool has_failpoints();

}  // namespace wpns
