#include "apply/registry_rebuild.hpp"

#include "apply/registry_file.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/given.hpp"
#include "model/names.hpp"
#include "model/registry_text.hpp"

namespace wpns::apply {
namespace {

void find_base(const host::Files& files, Rebuilt& rebuilt) {
    for (const char* suffix : {".1", ".2"}) {
        const std::string path = RegistryFile::path() + suffix;
        const auto file = files.read(path);
        if (!file) continue;
        auto registry = parse_registry(file->content);
        if (registry) {
            rebuilt.registry = std::move(*registry);
            rebuilt.base = path;
            return;
        }
        rebuilt.notes.push_back(path + " cannot be used either: " + registry.error());
    }
    rebuilt.registry.lineage = random_hex(16);
}

/// The site that uses a number or an address of `given` already; empty where none does.
std::string holder_of(const Registry& registry, const Given& given) {
    const auto& wanted = given.allocation;
    for (const auto& [name, record] : registry.sites) {
        const auto& held = record.allocation;
        const bool same_account = held.uid == wanted.uid || held.db_uid == wanted.db_uid ||
                                  held.uid == wanted.db_uid || held.db_uid == wanted.uid;
        const bool mates = !wanted.group.empty() && held.group == wanted.group;
        const bool same_ipv6 = !mates && held.subnet6 && held.subnet6 == wanted.subnet6;
        const bool same_place = mates
                                    ? held.subnet != wanted.subnet || held.address == wanted.address
                                    : held.subnet.overlaps(wanted.subnet);
        if (same_account || same_ipv6 || same_place) return name.str();
    }
    return {};
}

void add_site(const std::string& path, const File& file, Rebuilt& rebuilt) {
    const auto given = parse_given(file.content);
    if (!given)
        return rebuilt.notes.push_back(path + " cannot be used: " + printable(given.error()));
    if (rebuilt.registry.sites.contains(given->site)) return;
    if (const auto holder = holder_of(rebuilt.registry, *given); !holder.empty())
        return rebuilt.notes.push_back(path + " is left out: " + holder +
                                       " has one of its numbers or its subnet");
    SiteRecord record;
    record.allocation = given->allocation;
    record.domain = given->domain;
    rebuilt.registry.sites.emplace(given->site, std::move(record));
    rebuilt.added.push_back(given->site);
}

}  // namespace

Rebuilt rebuild_registry(const host::Files& files) {
    Rebuilt rebuilt;
    find_base(files, rebuilt);
    for (const auto& name : files.list(names::rendered_root)) {
        const std::string path =
            std::string(names::rendered_root) + "/" + name + "/" + names::given_file;
        if (const auto file = files.read(path)) add_site(path, *file, rebuilt);
    }
    return rebuilt;
}

}  // namespace wpns::apply
