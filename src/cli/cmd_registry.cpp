#include <algorithm>
#include <iostream>

#include "apply/archive.hpp"
#include "apply/registry_rebuild.hpp"
#include "base/error.hpp"
#include "cli/config_files.hpp"
#include "cli/json.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

/// Why the registry on disk cannot be used; empty where it can.
std::string damage(const host::Host& host, const config::Config& config) {
    const apply::RegistryFile file(host.files);
    try {
        file.require_complete(file.load(), config.host.data_dir);
        return {};
    } catch (const Error& error) {
        return error.message();
    }
}

/// The keys that a site, or the host, would have: recorded as pending they are known as ours, and
/// sync compares each with what is there. What differs is put right instead of refused. What sites
/// share stands with the host.
void add_pending(Registry& registry, const SiteName* site,
                 const std::expected<Desired, std::string>& desired) {
    if (!desired) throw Error(ErrorKind::config, desired.error());
    for (const auto& [key, wanted] : *desired) {
        auto& recorded = key.site.empty() ? registry.host : registry.sites.at(*site).resources;
        recorded.try_emplace(key, pending);
    }
}

void add_pending(Session& session, const std::vector<SiteName>& added) {
    auto& registry = session.registry();
    std::set<CoreSource> sources;
    for (auto& [name, record] : registry.sites) {
        const auto file = session.config().sites.find(name);
        SiteConfig config;
        config.domain = record.domain;
        if (file != session.config().sites.end()) config = file->second;
        sources.insert({config.wordpress.source, config.wordpress.sha256});
        if (std::ranges::find(added, name) == added.end()) continue;
        add_pending(registry, &name, desired::for_site(session.inputs(), name, config, record));
    }
    if (!registry.sites.empty())
        add_pending(registry, nullptr,
                    desired::for_host(session.inputs(), sources, desired::Idling::none));
}

void print(const Globals& globals, const apply::Rebuilt& rebuilt, const std::string& damage) {
    if (globals.json) {
        auto sites = nlohmann::ordered_json::array();
        for (const auto& [name, record] : rebuilt.registry.sites) sites.push_back(name.str());
        return print_json({{"damage", damage},
                           {"base", rebuilt.base},
                           {"sites", sites},
                           {"notes", rebuilt.notes}});
    }
    std::cout << damage << "\nproposal: "
              << (rebuilt.base.empty() ? "nothing older can be read" : "start from " + rebuilt.base)
              << "\n";
    for (const auto& [name, record] : rebuilt.registry.sites) {
        const bool added = std::ranges::find(rebuilt.added, name) != rebuilt.added.end();
        std::cout << "  " << name.str() << ": " << record.allocation.subnet.str() << ", accounts "
                  << record.allocation.uid << " and " << record.allocation.db_uid
                  << (added ? ", from what was given to it\n" : "\n");
    }
    for (const auto& note : rebuilt.notes) std::cout << "  " << note << "\n";
}

/// The damaged file is kept beside the new one.
void put_aside(host::Files& files) {
    const std::string path = apply::RegistryFile::path();
    if (files.read(path)) files.rename(path, path + ".damaged-" + apply::utc_stamp());
}

}  // namespace

int cmd_registry_rebuild(const Globals& globals, const host::Host& host,
                         const RegistryOptions& options) {
    const auto lock = host.lock.take("registry rebuild", lock_patience);
    const auto config = read_config(host.files, globals.config_dir);
    const auto reason = damage(host, config);
    if (reason.empty()) {
        std::cout << "the registry is whole; nothing to rebuild\n";
        return done;
    }
    const auto rebuilt = apply::rebuild_registry(host.files);
    print(globals, rebuilt, reason);
    if (!options.write) {
        if (!globals.json) std::cout << "nothing was changed; --write puts it in place\n";
        return done;
    }
    if (!confirm("put this registry in place?", options.yes)) return done;
    Session session(globals, host, rebuilt.registry);
    add_pending(session, rebuilt.added);
    put_aside(host.files);
    session.registry_file().save(session.registry());
    if (!globals.json)
        std::cout << "done; wpns plan shows what differs from the host, wpns sync puts it right\n";
    return done;
}

}  // namespace wpns::cli
