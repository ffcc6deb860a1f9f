#include <algorithm>
#include <string>
#include <variant>

#include "bench/clock.hpp"
#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

/// What `wpns plan` takes for N settled sites on a host in memory, without the kernel and systemd:
/// as it comes ("wpns"), and with everything rendered, read and compared ("no-cache").
namespace wpns::bench {
namespace {

/// So many sites are put in place at once: a plan holds every text of them.
constexpr unsigned bunch = 1000;

/// Up to this size everything is compared as well.
constexpr unsigned largest_full = 1000;

std::string name_of(unsigned n) {
    return "site-" + std::to_string(n);
}

void put_sites(fakes::FakeHost& host, unsigned first, unsigned end) {
    for (unsigned n = first; n < end; ++n) {
        File file;
        file.content = "domain = \"" + name_of(n) + ".example\"\n[idle]\nafter = \"15m\"\n";
        host.files.write("/etc/wpns/sites.d/" + name_of(n) + ".toml", file);
    }
}

/// Makes a resource be there as wanted.
struct Place {
    fakes::FakeHost& host;
    const std::string& id;

    void operator()(const Account& value) const { host.accounts.accounts[id] = value; }
    void operator()(const Directory& value) const { host.files.directories[id] = value; }
    void operator()(const Quota& value) const { host.files.quotas[id] = value; }
    void operator()(const Core&) const { host.files.directories[id] = {}; }
    void operator()(const Opcodes&) const { host.files.directories[id] = {}; }
    void operator()(const File& value) const { host.files.files[id] = value; }
    void operator()(const Netns&) const { host.network.names.insert(id); }
    void operator()(const FirewallTable& value) const {
        host.firewall.loaded = value;
        host.files.sysctls["net.ipv4.ip_forward"] = "1";
    }
    void operator()(const FirewallSite& value) const { host.firewall.elements[id] = value; }
    void operator()(const Accept& value) const { host.neighbours.accept(id, *value.pool); }
    void operator()(const Bridge& value) const { host.network.bridges[id] = value; }
    void operator()(const Link& value) const { host.network.links[id] = value; }
    void operator()(const Database&) const { host.files.directories[id] = {}; }
    void operator()(const Unit& value) const {
        host.units.states[id] = {"loaded", "active", "running"};
        if (value.enabled) host.units.enabled_units.insert(id);
    }
    void operator()(const Wordpress&) const { host.files.files[id] = {}; }
    void operator()(const Vhost& value) const { host.files.files[id].content = value.content; }
};

/// Takes all of a plan for these sites for done.
void settle(fakes::FakeHost& host, unsigned first, unsigned end) {
    cli::Session session({}, host.host);
    cli::Scope scope;
    for (unsigned n = first; n < end; ++n) scope.only.insert(*SiteName::parse(name_of(n)));
    const auto planned = cli::make_plan(session, scope);
    for (const auto& action : planned.plan.actions) {
        std::visit(Place{host, action.key.id}, *action.after);
        const auto site = SiteName::parse(action.key.site);
        auto& recorded =
            site ? session.registry().sites.at(*site).resources : session.registry().host;
        recorded[action.key] = digest_of(action.key, *action.after);
    }
    session.registry_file().save(session.registry());
}

void plan(fakes::FakeHost& host, cli::Memory memory) {
    cli::Session session({}, host.host);
    const auto planned = cli::make_plan(session, {.memory = memory});
    if (!planned.plan.actions.empty() || !planned.site_errors.empty())
        throw std::runtime_error("the host in memory is not settled");
}

void run(unsigned size) {
    fakes::FakeHost host;
    fakes::install_templates(host.files);
    for (unsigned first = 0; first < size; first += bunch) {
        const unsigned end = std::min(first + bunch, size);
        put_sites(host, first, end);
        settle(host, first, end);
    }
    plan(host, cli::Memory::trusted);
    for (int round = 0; round < 5; ++round) {
        measure("plan-in-memory", "wpns", size, [&] { plan(host, cli::Memory::trusted); });
        if (size <= largest_full)
            measure("plan-in-memory", "no-cache", size, [&] { plan(host, cli::Memory::none); });
    }
}

}  // namespace
}  // namespace wpns::bench

int main(int argc, char** argv) {
    return wpns::bench::run_main(argc, argv, wpns::bench::run);
}
