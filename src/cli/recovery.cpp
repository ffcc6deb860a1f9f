#include "cli/recovery.hpp"

#include "apply/archive.hpp"
#include "apply/registry_file.hpp"

namespace wpns::cli {

void recover(const host::Host& host) {
    const auto unfinished = apply::Journal(host.files).unfinished();
    if (unfinished.empty()) return;
    apply::RegistryFile file(host.files);
    auto registry = file.load();
    for (const auto& intent : unfinished) apply::take_back(host.files, registry, file, intent);
}

}  // namespace wpns::cli
