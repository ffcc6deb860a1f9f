#include "apply/boot.hpp"

#include <iostream>

#include "apply/names.hpp"
#include "apply/registry_file.hpp"
#include "base/error.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "desired/firewall.hpp"

namespace wpns::cli {

int cmd_firewall_up(const host::Host& host) {
    const auto registry = apply::RegistryFile(host.files).load();
    const auto text = host.files.read(desired::firewall_file);
    if (!text) return done;  // no site was ever added
    apply::load_firewall(host, registry, desired::firewall_table(text->content));
    return done;
}

/// A run that holds the lock looks names up itself; the next turn of the timer is minutes away.
int cmd_resolve(const host::Host& host) {
    std::shared_ptr<void> lock;
    try {
        lock = host.lock.take("resolve", std::chrono::seconds(20));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::busy) throw;
        return done;
    }
    const auto registry = apply::RegistryFile(host.files).load();
    for (const auto& name : apply::refresh_names(host, registry))
        std::cerr << name << " has no address that may be used\n";
    return done;
}

int cmd_netns_up(const host::Host& host, const std::string& name) {
    const auto site = site_name(name);
    const auto registry = apply::RegistryFile(host.files).load();
    const auto record = registry.sites.find(site);
    if (record == registry.sites.end())
        throw Error(ErrorKind::missing, "the registry holds no site " + name, "wpns sync " + name);
    apply::restore_network(host, site, record->second);
    return done;
}

}  // namespace wpns::cli
