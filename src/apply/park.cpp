#include "apply/park.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <set>
#include <string_view>

#include "model/names.hpp"

namespace wpns::apply {
namespace {

using States = std::map<std::string, host::Units::State>;
using Names = std::vector<std::string>;

/// Whoever comes first leans on the next.
constexpr std::array roles = {"web", "php", "mysqld"};

/// A database that writes a lot back at its end, or recovers at its start, may take minutes.
constexpr std::chrono::seconds stop_deadline{150};

Names of_role(std::span<const SiteName> sites, const char* role) {
    Names names;
    for (const auto& site : sites) names.push_back(names::unit(site, role, "service"));
    return names;
}

Names services(std::span<const SiteName> sites) {
    Names names;
    for (const char* role : roles)
        std::ranges::move(of_role(sites, role), std::back_inserter(names));
    return names;
}

States states_of(const host::Host& host, std::span<const SiteName> sites) {
    // systemd tries every pattern on every unit: few names are asked for, many are picked from all.
    constexpr std::size_t few = 15;
    static const Names all = {"wpns-mysqld@*.service", "wpns-php@*.service", "wpns-web@*.service"};
    return host.units.list(sites.size() <= few ? services(sites) : all);
}

/// What systemd knows nothing of is inactive.
std::string_view state_of(const States& states, const std::string& unit) {
    const auto found = states.find(unit);
    return found == states.end() ? "inactive" : std::string_view(found->second.active);
}

bool has_failed(const States& states, const std::string& unit) {
    return state_of(states, unit) == "failed";
}

bool runs(const States& states, const std::string& unit) {
    return state_of(states, unit) != "inactive" && !has_failed(states, unit);
}

template <typename Pick>
Names picked(Names names, Pick pick) {
    std::erase_if(names, [&](const std::string& name) { return !pick(name); });
    return names;
}

/// The first of these units that has a text.
std::string first_problem(const Names& units, const std::map<std::string, std::string>& results) {
    for (const auto& unit : units)
        if (const auto found = results.find(unit); found != results.end() && !found->second.empty())
            return unit + ": " + found->second;
    return {};
}

/// Why anything of a site runs after it was stopped; empty when nothing does.
std::string why_up(const SiteName& site, const States& states,
                   const std::map<std::string, std::string>& results) {
    const auto up =
        picked(services({&site, 1}), [&](const auto& unit) { return runs(states, unit); });
    if (up.empty()) return {};
    const bool stopping = std::ranges::all_of(
        up, [&](const auto& unit) { return states.at(unit).active == "deactivating"; });
    if (!stopping) return "somebody has come and woken it again";
    return first_problem(
        {names::unit(site, "web", "service"), names::unit(site, "park", "service")}, results);
}

/// No worker of PHP, no task and no program of the site: nothing but what waits for visitors.
bool only_waits(const host::Host& host, const SiteName& site) {
    const std::string php = names::unit(site, "php", "service");
    const auto own = services({&site, 1});
    unsigned of_php = 0;
    for (const auto& process : host.witness.processes(names::slice(site))) {
        if (std::ranges::find(own, process.unit) == own.end()) return false;
        if (process.unit == php) ++of_php;
    }
    return of_php <= 1;
}

/// How long nobody must have come before the site is parked; 0 where it never is.
std::chrono::seconds limit_of(const host::Files& files, const SiteName& site) {
    const auto file = files.read(names::rendered_dir(site) + "/" + names::idle_file);
    unsigned limit = 0;
    if (file)
        std::from_chars(file->content.data(), file->content.data() + file->content.size(), limit);
    return std::chrono::seconds(limit);
}

/// The sites that have been set up, by their rendered files.
std::vector<SiteName> rendered_sites(const host::Files& files) {
    std::vector<SiteName> sites;
    for (const auto& entry : files.list(names::rendered_root))
        if (const auto site = SiteName::parse(entry)) sites.push_back(*site);
    return sites;
}

/// The limits of the sites that may be parked.
std::map<SiteName, std::chrono::seconds> limits(const host::Files& files) {
    std::map<SiteName, std::chrono::seconds> result;
    for (const auto& site : rendered_sites(files))
        if (const auto limit = limit_of(files, site); limit.count() != 0)
            result.emplace(site, limit);
    return result;
}

/// Those of the sites that nobody has come to for long enough.
std::set<SiteName> without_visitors(const host::Host& host,
                                    const std::map<SiteName, std::chrono::seconds>& all) {
    Names sockets;
    for (const auto& [site, limit] : all) sockets.push_back(names::web_socket(site));
    // A request that takes long is no less a visit.
    const auto in_use = host.visits.in_use();
    host.visits.mark(picked(sockets, [&](const auto& path) { return in_use.contains(path); }));
    const auto quiet = host.visits.quiet(sockets);
    std::set<SiteName> result;
    for (const auto& [site, limit] : all) {
        const auto found = quiet.find(names::web_socket(site));
        if (found != quiet.end() && found->second >= limit) result.insert(site);
    }
    return result;
}

/// A task has woken the database, and no visitor, who comes by the web server. It need not wait for
/// as long as one: after a boot, which counts as a visit, the tasks of all sites would have all
/// databases awake.
bool only_database_runs(const States& states, const SiteName& site) {
    const auto is_up = [&](const char* role) {
        return runs(states, names::unit(site, role, "service"));
    };
    return is_up("mysqld") && !is_up("php") && !is_up("web");
}

/// Of sites that may be parked and wait for visitors. Mostly there are none, so limits are read
/// last.
Names closed_ports(const host::Host& host) {
    static const Names all = {"wpns-web@*.socket", "wpns-mysqld-tcp@*.socket"};
    const auto states = host.units.list(all);
    Names ports;
    for (const auto& site : rendered_sites(host.files)) {
        const auto port = names::database_port(site);
        const bool waits = state_of(states, names::unit(site, "web", "socket")) == "active";
        if (waits && state_of(states, port) == "inactive" &&
            limit_of(host.files, site).count() != 0)
            ports.push_back(port);
    }
    return ports;
}

}  // namespace

std::map<SiteName, std::string> park(const host::Host& host, std::span<const SiteName> sites) {
    const auto before = states_of(host, sites);
    const auto running = [&](const auto& unit) { return runs(before, unit); };
    auto results = host.units.stop(picked(of_role(sites, "web"), running), stop_deadline);
    // MariaDB must not be stopped while it starts.
    const auto starting = [&](const auto& unit) { return state_of(before, unit) == "activating"; };
    (void)host.units.start(picked(of_role(sites, "mysqld"), starting), stop_deadline);
    std::vector<SiteName> awake;
    std::ranges::copy_if(sites, std::back_inserter(awake), [&](const SiteName& site) {
        return std::ranges::any_of(services({&site, 1}), running);
    });
    results.merge(host.units.start(of_role(awake, "park"), stop_deadline));
    const auto after = states_of(host, sites);
    // What had to be killed has come to its end all the same.
    host.units.reset_failed(picked(services(sites), [&](const auto& unit) {
        return running(unit) && has_failed(after, unit);
    }));
    std::map<SiteName, std::string> problems;
    for (const auto& site : sites) problems[site] = why_up(site, after, results);
    return problems;
}

std::map<SiteName, std::string> wake(const host::Host& host, std::span<const SiteName> sites) {
    Names sockets;
    for (const auto& site : sites) sockets.push_back(names::web_socket(site));
    host.visits.mark(sockets);
    const auto results = host.units.start(services(sites), stop_deadline);
    std::map<SiteName, std::string> problems;
    for (const auto& site : sites) problems[site] = first_problem(services({&site, 1}), results);
    return problems;
}

std::vector<SiteName> idle_sites(const host::Host& host) {
    const auto all = limits(host.files);
    if (all.empty()) return {};
    std::vector<SiteName> sites;
    for (const auto& [site, limit] : all) sites.push_back(site);
    const auto quiet = without_visitors(host, all);
    const auto states = states_of(host, sites);
    std::erase_if(sites, [&](const SiteName& site) {
        const auto own = services({&site, 1});
        const bool asleep =
            std::ranges::none_of(own, [&](const auto& unit) { return runs(states, unit); });
        const bool may_rest = quiet.contains(site) || only_database_runs(states, site);
        return asleep || !may_rest || !only_waits(host, site);
    });
    return sites;
}

/// Few: systemd serves nobody else while it has jobs that it can begin.
bool open_some_ports(const host::Host& host, std::set<std::string>& tried) {
    constexpr std::size_t few = 16;
    Names ports =
        picked(closed_ports(host), [&](const auto& port) { return !tried.contains(port); });
    if (ports.size() > few) ports.resize(few);
    tried.insert(ports.begin(), ports.end());
    (void)host.units.start(ports, stop_deadline);
    return !ports.empty();
}

}  // namespace wpns::apply
