#include "apply/accepts.hpp"
#include "apply/boot.hpp"

#include <iostream>

#include "apply/names.hpp"
#include "apply/owed.hpp"
#include "apply/registry_file.hpp"
#include "base/error.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "desired/firewall.hpp"
#include "model/given.hpp"
#include "model/names.hpp"

namespace wpns::cli {

int cmd_firewall_up(const host::Host& host) {
    const auto registry = apply::RegistryFile(host.files).load();
    const auto text = host.files.read(desired::firewall_file);
    if (!text) return done;  // no site was ever added
    apply::load_firewall(host, registry, desired::firewall_table(text->content));
    return done;
}

namespace {

/// Addresses of names went with the table. They are looked up elsewhere: a resolver that is silent
/// must not hold the watch up.
void have_names_looked_up(const host::Host& host) {
    try {
        host.units.queue_restart(names::resolve_service);
    } catch (const Error& error) {
        std::cerr << "host names of allow lists: " << error.message() << "\n";
    }
}

/// Loads the table where it is not what the registry says; true when nothing had to be done. Where
/// nobody is known to have changed anything, elements that differ are those of a run at work, such
/// as the one that has just started this service.
bool is_whole_or_load(const host::Host& host, const std::string& who) {
    const auto registry = apply::RegistryFile(host.files).load();
    const auto text = host.files.read(desired::firewall_file);
    if (!text) return true;  // no site is left
    const auto table = desired::firewall_table(text->content);
    const bool whole = who.empty() ? host.firewall.table(table) == table
                                   : apply::firewall_is_whole(host, registry, table);
    if (whole) return true;
    apply::load_firewall(host, registry, table);
    std::cerr << "table inet wpns was not whole" << (who.empty() ? "" : " after a change by " + who)
              << "; it is loaded again\n";
    if (apply::has_names(registry)) have_names_looked_up(host);
    return false;
}

/// No lock: a run that holds it may take minutes. So it looks again after each load, since such a
/// run may have written the registry meanwhile. A table that vanishes while it is read is no reason
/// to give up: whoever took it away is told next.
void put_back(const host::Host& host, const std::string& who) {
    constexpr int rounds = 5;
    bool loaded = false;
    for (int round = 1; round <= rounds; ++round) {
        try {
            if (is_whole_or_load(host, who)) return;
            loaded = true;
        } catch (const Error&) {
            if (round == rounds && !loaded) throw;
        }
    }
}

/// What Docker, ufw and whoever else writes there do all day costs a look. Putting in what sites
/// need is done elsewhere: it takes the lock, and rights that this process does not have.
void look_at_neighbours(const host::Host& host) {
    try {
        const auto pool = apply::recorded_pool(host);
        if (pool && apply::lacks_accepts(host, *pool))
            host.units.queue_start(names::accept_service);
    } catch (const Error& error) {
        std::cerr << "firewalls of others: " << error.message() << "\n";
    }
}

}  // namespace

int cmd_firewall_watch(const host::Host& host) {
    host.firewall_events.watch([&](const std::string& who) { put_back(host, who); },
                               [&] { look_at_neighbours(host); });
    return done;
}

/// The run that was waited for may have done it, or have taken the last site away. What comes up
/// meanwhile starts nothing new, so it looks once more at its end.
int cmd_firewall_accept(const host::Host& host) {
    const auto lock = host.lock.take("firewall accept", std::chrono::minutes(10));
    constexpr int rounds = 3;
    for (int round = 0; round < rounds; ++round) {
        apply::RegistryFile file(host.files);
        auto registry = file.load();
        const auto pool = apply::recorded_pool(host);
        if (registry.sites.empty() || !pool || !apply::lacks_accepts(host, *pool)) return done;
        try {
            apply::put_accepts(host, *pool, registry, file);
            std::cerr << "sites are let through another firewall again\n";
        } catch (const Error&) {  // its owner may be at work there
            if (round + 1 == rounds) throw;
        }
    }
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

namespace {

/// As much of its record as a site's network is made from. A boot asks for each site, so it is not
/// read from the registry of all, unless the site's own file is damaged or lost.
SiteRecord recorded_network(const host::Host& host, const SiteName& site) {
    const auto file = host.files.read(names::rendered_dir(site) + "/" + names::given_file);
    const auto given = file ? parse_given(file->content) : std::unexpected(std::string());
    if (given && given->site == site) {
        SiteRecord record;
        record.allocation = given->allocation;
        static_cast<Wire&>(record.network) = given->wire;
        return record;
    }
    auto registry = apply::RegistryFile(host.files).load();
    const auto record = registry.sites.find(site);
    if (record == registry.sites.end())
        throw Error(ErrorKind::missing, "the registry holds no site " + site.str(),
                    "wpns sync " + site.str());
    return std::move(record->second);
}

}  // namespace

int cmd_netns_up(const host::Host& host, const std::string& name) {
    const auto site = site_name(name);
    apply::restore_network(host, site, recorded_network(host, site));
    return done;
}

/// No lock: a visitor waits. It changes nothing that another run goes by but that it is owed.
int cmd_install(const host::Host& host, const std::string& name) {
    apply::pay(host, site_name(name));
    return done;
}

}  // namespace wpns::cli
