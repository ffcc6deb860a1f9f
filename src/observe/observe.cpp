#include "observe/observe.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::observe {
namespace {

using Keys = std::vector<ResourceKey>;

template <typename T>
const T* wanted_value(const Desired& desired, const ResourceKey& key) {
    const auto it = desired.find(key);
    return it == desired.end() ? nullptr : std::get_if<T>(&it->second.value);
}

std::vector<std::string> ids_of(const Keys& keys) {
    std::vector<std::string> ids;
    std::ranges::transform(keys, std::back_inserter(ids), &ResourceKey::id);
    return ids;
}

/// Puts in the value of every key whose id is in `found`.
template <typename T>
void join_found(const Keys& keys, const std::map<std::string, T>& found, Observed& observed) {
    for (const auto& key : keys)
        if (const auto it = found.find(key.id); it != found.end())
            observed.emplace(key, it->second);
}

void observe_accounts(const host::Host& host, const Keys& keys, Observed& observed) {
    join_found(keys, host.accounts.find(ids_of(keys)), observed);
}

void observe_directories(const host::Host& host, const Keys& keys, Observed& observed) {
    for (const auto& key : keys)
        if (const auto found = host.files.stat_directory(key.id)) observed.emplace(key, *found);
}

void observe_quotas(const host::Host& host, const Keys& keys, Observed& observed) {
    for (const auto& key : keys)
        if (const auto found = host.quotas.find(key.id)) observed.emplace(key, *found);
}

void observe_files(const host::Host& host, const Keys& keys, Observed& observed) {
    join_found(keys, host.files.read_many(ids_of(keys)), observed);
}

/// A core tree is whole or not there, and its id holds version and digest: there is nothing else to
/// compare.
void observe_cores(const host::Host& host, const Keys& keys, const Desired& desired,
                   Observed& observed) {
    for (const auto& key : keys) {
        if (!host.files.stat_directory(key.id)) continue;
        const auto* wanted = wanted_value<Core>(desired, key);
        observed.emplace(key, wanted != nullptr ? *wanted : Core{});
    }
}

/// The id names all that goes into it, and it is whole or not there.
void observe_opcodes(const host::Host& host, const Keys& keys, Observed& observed) {
    for (const auto& key : keys)
        if (host.files.stat_directory(key.id)) observed.emplace(key, Opcodes{});
}

/// For one that is to go, its name counts as well, whatever has become of what it led to.
void observe_namespaces(const host::Host& host, const Keys& keys, const Desired& desired,
                        Observed& observed) {
    const auto names = host.network.namespaces();
    Keys missing;
    for (const auto& key : keys)
        if (std::ranges::binary_search(names, key.id))
            observed.emplace(key, Netns{});
        else if (wanted_value<Netns>(desired, key) == nullptr)
            missing.push_back(key);
    if (missing.empty()) return;
    const auto stale = host.network.stale_names();
    for (const auto& key : missing)
        if (std::ranges::binary_search(stale, key.id)) observed.emplace(key, Netns{});
}

/// As links: one that is only recorded needs no more than its name.
void observe_bridges(const host::Host& host, const Keys& keys, const Desired& desired,
                     Observed& observed) {
    std::vector<Bridge> bridges;
    for (const auto& key : keys) {
        const auto* wanted = wanted_value<Bridge>(desired, key);
        bridges.push_back(wanted != nullptr ? *wanted : Bridge{{key.id, key.id}, {}, {}});
    }
    join_found(keys, host.network.find_bridges(bridges), observed);
}

/// A link that is only recorded is asked for by its name, which is all that its removal needs.
void observe_links(const host::Host& host, const Keys& keys, const Desired& desired,
                   Observed& observed) {
    std::vector<Link> links;
    for (const auto& key : keys) {
        if (const auto* wanted = wanted_value<Link>(desired, key)) {
            links.push_back(*wanted);
        } else {
            Link link;
            link.host_end = {key.id, key.id};
            link.netns = key.site;
            links.push_back(link);
        }
    }
    join_found(keys, host.network.find_links(links), observed);
}

bool is_of_host(const ResourceKey& key) {
    return key.site.empty();
}

void observe_table(const host::Host& host, const Keys& keys, const Desired& desired,
                   Observed& observed) {
    for (const auto& key : keys) {
        const auto* wanted = wanted_value<FirewallTable>(desired, key);
        auto table = host.firewall.table(wanted != nullptr ? *wanted : FirewallTable{});
        if (!table) continue;
        table->forwarding = host.files.sysctl("net.ipv4.ip_forward") == "1" &&
                            (wanted == nullptr || !wanted->ipv6 ||
                             host.files.sysctl("net.ipv6.conf.all.forwarding") == "1");
        observed.emplace(key, *table);
    }
}

void observe_firewall(const host::Host& host, const Keys& keys, const Desired& desired,
                      Observed& observed) {
    if (is_of_host(keys.front())) return observe_table(host, keys, desired, observed);
    join_found(keys, host.firewall.sites(), observed);
}

/// For one that is to go, it is taken to be there where nobody can look.
void observe_accepts(const host::Host& host, const Keys& keys, const Desired& desired,
                     Observed& observed) {
    auto pool = Cidr::of(Ipv4{}, 0);
    bool wanted = false;
    for (const auto& key : keys)
        if (const auto* accept = wanted_value<Accept>(desired, key)) {
            wanted = true;
            if (accept->pool) pool = *accept->pool;
        }
    Passage passage{.docker = Accept{}, .ufw = Accept{}};
    try {
        passage = host.neighbours.look(pool);
    } catch (const Error&) {
        if (wanted) throw;
    }
    for (const auto& key : keys)
        if (const auto& found = key.id == names::in_docker ? passage.docker : passage.ufw)
            observed.emplace(key, *found);
}

/// "mysql exists" means initialised: the directory gets its name by a rename when it is complete.
void observe_databases(const host::Host& host, const Keys& keys, Observed& observed) {
    for (const auto& key : keys)
        if (host.files.stat_directory(key.id)) observed.emplace(key, Database{});
}

std::set<std::string> set_of(std::vector<std::string> names) {
    return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
}

/// Where its database is waiting for the first visit.
bool is_put_off(const host::Host& host, const ResourceKey& key) {
    const std::string database = key.id.substr(0, key.id.rfind('/')) + "/mysql";
    return host.files.stat_directory(database).has_value();
}

/// The id of a WordPress is the path of its marker, written when the installer has finished. One
/// that is owed is as good: it is there for whoever comes.
void observe_wordpress(const host::Host& host, const Keys& keys, Observed& observed) {
    const auto found = host.files.read_many(ids_of(keys));
    const auto owed = set_of(host.files.list(names::owed_dir));
    for (const auto& key : keys)
        if (found.contains(key.id) || (owed.contains(key.site) && is_put_off(host, key)))
            observed.emplace(key, Wordpress{});
}

void observe_vhosts(const host::Host& host, const Keys& keys, Observed& observed) {
    const auto found = host.files.read_many(ids_of(keys));
    for (const auto& key : keys)
        if (const auto it = found.find(key.id); it != found.end())
            observed.emplace(key, Vhost{.content = it->second.content});
}

/// A unit exists for us when it is up or enabled; a unit file alone is a file.
void observe_units(const host::Host& host, const Keys& keys, Observed& observed) {
    const auto names = ids_of(keys);
    // Few are asked for by name, many are picked from all of ours.
    constexpr std::size_t few = 50;
    static const std::vector<std::string> ours = {"wpns-*", "wpns@*"};
    const auto states = names.size() <= few ? host.units.find(names) : host.units.list(ours);
    const auto enabled = set_of(host.units.enabled(names));
    for (const auto& key : keys) {
        const auto state = states.find(key.id);
        Unit unit;
        unit.active = state != states.end() && state->second.active == "active";
        unit.enabled = enabled.contains(key.id);
        unit.failed = state != states.end() && state->second.active == "failed";
        if (unit.active || unit.enabled || unit.failed) observed.emplace(key, unit);
    }
}

/// What one kind has to say of keys of one source; all but the firewall's sysctls ask one part of
/// the host.
void observe_kind(const host::Host& host, Kind kind, const Keys& keys, const Desired& desired,
                  Observed& observed) {
    switch (kind) {
        case Kind::account:
            observe_accounts(host, keys, observed);
            break;
        case Kind::directory:
            observe_directories(host, keys, observed);
            break;
        case Kind::quota:
            observe_quotas(host, keys, observed);
            break;
        case Kind::core:
            observe_cores(host, keys, desired, observed);
            break;
        case Kind::opcodes:
            observe_opcodes(host, keys, observed);
            break;
        case Kind::file:
            observe_files(host, keys, observed);
            break;
        case Kind::netns:
            observe_namespaces(host, keys, desired, observed);
            break;
        case Kind::firewall:
            observe_firewall(host, keys, desired, observed);
            break;
        case Kind::accept:
            observe_accepts(host, keys, desired, observed);
            break;
        case Kind::bridge:
            observe_bridges(host, keys, desired, observed);
            break;
        case Kind::link:
            observe_links(host, keys, desired, observed);
            break;
        case Kind::database:
            observe_databases(host, keys, observed);
            break;
        case Kind::unit:
            observe_units(host, keys, observed);
            break;
        case Kind::wordpress:
            observe_wordpress(host, keys, observed);
            break;
        case Kind::vhost:
            observe_vhosts(host, keys, observed);
            break;
    }
}

/// Parts of the host that can be asked at once: each answers one question after the other.
enum class Source { files, network, firewall, table, units };

Source source_of(const ResourceKey& key) {
    switch (key.kind) {
        case Kind::netns:
        case Kind::bridge:
        case Kind::link:
            return Source::network;
        case Kind::firewall:
            return is_of_host(key) ? Source::table : Source::firewall;
        case Kind::accept:
            return Source::table;
        case Kind::unit:
            return Source::units;
        default:
            return Source::files;
    }
}

struct Answer {
    std::map<Kind, Keys> questions{};
    Observed observed{};
    std::exception_ptr error{};
};

template <typename Step>
void keep_error(Answer& answer, Step&& step) {
    try {
        step();
    } catch (...) {
        answer.error = std::current_exception();
    }
}

}  // namespace

Observed observe(const host::Host& host, const std::set<ResourceKey>& keys,
                 const Desired& desired) {
    std::map<Source, Answer> answers;
    for (const auto& key : keys) answers[source_of(key)].questions[key.kind].push_back(key);
    {
        std::vector<std::jthread> threads;
        for (auto& [source, answer] : answers)
            threads.emplace_back([&host, &desired, &answer] {
                keep_error(answer, [&] {
                    for (const auto& [kind, of_kind] : answer.questions)
                        observe_kind(host, kind, of_kind, desired, answer.observed);
                });
            });
    }
    Observed observed;
    for (auto& [source, answer] : answers) {
        if (answer.error) std::rethrow_exception(answer.error);
        observed.merge(answer.observed);
    }
    return observed;
}

}  // namespace wpns::observe
