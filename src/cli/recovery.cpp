#include "cli/recovery.hpp"

#include "apply/backup.hpp"
#include "apply/prove.hpp"
#include "apply/restore.hpp"
#include "cli/cloning.hpp"
#include "cli/removal.hpp"

namespace wpns::cli {
namespace {

using Operation = apply::Intent::Operation;

/// All but a removal and a clone, which need the configuration.
void settle(const host::Host& host, const apply::Intent& intent) {
    apply::RegistryFile file(host.files);
    auto registry = file.load();
    switch (intent.operation) {
        case Operation::remove:
        case Operation::clone:
            return;
        case Operation::archive_restore:
            return apply::take_back(host.files, registry, file, intent);
        case Operation::restore:
            return apply::settle_restore(host, registry, file, intent);
        case Operation::prove:
            return apply::settle_proof(host, intent);
        case Operation::backup:
            return apply::settle_backup(host, intent);
    }
}

}  // namespace

std::set<SiteName> recover(const Globals& globals, const host::Host& host) {
    apply::Journal journal(host.files);
    journal.sweep();
    std::set<SiteName> removed;
    for (const auto& intent : journal.unfinished()) {
        const auto lock = host.lock.try_site(intent.site, "recovery");
        if (!lock) continue;  // its run is still at work
        settle(host, intent);
        const bool gone =
            intent.operation == Operation::remove
                ? finish_removal(globals, host, intent)
                : intent.operation == Operation::clone && settle_clone(globals, host, intent);
        if (gone) removed.insert(intent.site);
    }
    return removed;
}

}  // namespace wpns::cli
