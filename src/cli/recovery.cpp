#include "cli/recovery.hpp"

#include "apply/backup.hpp"
#include "apply/restore.hpp"

namespace wpns::cli {
namespace {

using Operation = apply::Intent::Operation;

void settle(const host::Host& host, Registry& registry, apply::RegistryFile& file,
            const apply::Intent& intent) {
    switch (intent.operation) {
        case Operation::archive_restore:
            return apply::take_back(host.files, registry, file, intent);
        case Operation::restore:
            return apply::settle_restore(host, registry, file, intent);
        case Operation::backup:
            apply::discard_backup(host.files, intent.path);
            return apply::Journal(host.files).end(intent.site);
    }
}

}  // namespace

void recover(const host::Host& host) {
    apply::Journal journal(host.files);
    journal.sweep();
    const auto unfinished = journal.unfinished();
    if (unfinished.empty()) return;
    apply::RegistryFile file(host.files);
    auto registry = file.load();
    for (const auto& intent : unfinished) settle(host, registry, file, intent);
}

}  // namespace wpns::cli
