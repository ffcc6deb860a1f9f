#include "apply/doctor.hpp"

#include <functional>
#include <utility>

#include "apply/boot.hpp"
#include "base/error.hpp"
#include "desired/firewall.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using Findings = std::vector<Finding>;

Findings look_at_table(const host::Host& host, const Registry& registry) {
    Finding finding{.about = "firewall of the sites (table inet wpns)"};
    const auto text = host.files.read(desired::firewall_file);
    if (!text || !firewall_is_whole(host, registry, desired::firewall_table(text->content))) {
        finding.problem = "it is not there, or not as it was loaded";
        finding.meaning = "sites may reach what they must not, or nothing";
        finding.fix = {text ? "systemctl reload wpns-firewall.service" : "wpns sync"};
    }
    return {finding};
}

/// A service of the host that has to run all the time.
Findings look_at_service(const host::Host& host, const char* name, const std::string& about,
                         const std::string& meaning) {
    Finding finding{.about = about + " (" + name + ")"};
    const std::vector<std::string> unit{name};
    const auto states = host.units.list(unit);
    const auto state = states.find(name);
    // systemd forgets a unit that was stopped.
    const std::string active = state == states.end() ? "inactive" : state->second.active;
    if (active != "active") {
        finding.problem = "it is " + active;
        finding.meaning = meaning;
        finding.fix = {std::string("systemctl enable --now ") + name};
    }
    return {finding};
}

Findings look_at_watch(const host::Host& host) {
    return look_at_service(host, names::firewall_watch, "watch over the firewall",
                           "nobody puts the firewall back after 'nft flush ruleset'");
}

/// Namespaces are gone with a holder that was stopped; the next run makes new ones.
Findings look_at_holder(const host::Host& host) {
    auto findings = look_at_service(host, names::netns_holder, "network namespaces",
                                    "the names of the sites' network namespaces lead nowhere, and "
                                    "no service that needs one starts");
    if (!findings.front().problem.empty()) findings.front().fix = {"wpns sync"};
    return findings;
}

Findings look_at_forwarding(const host::Host& host) {
    Finding finding{.about = "forwarding (net.ipv4.ip_forward)"};
    if (host.files.sysctl("net.ipv4.ip_forward") != "1") {
        finding.problem = "it is off";
        finding.meaning = "no site reaches anything outside";
        finding.fix = {"sysctl -w net.ipv4.ip_forward=1"};
    }
    return {finding};
}

/// Each where its owner documents rules of the admin to be.
std::vector<std::string> fix_of(const ForwardDrop& drop, const std::string& pool) {
    switch (drop.owner) {
        case ForwardDrop::Owner::docker:
            return {"iptables -I DOCKER-USER -s " + pool + " -j ACCEPT",
                    "iptables -I DOCKER-USER -d " + pool +
                        " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"};
        case ForwardDrop::Owner::ufw:
            return {"ufw route allow from " + pool};
        case ForwardDrop::Owner::other:
            break;
    }
    const std::string chain = drop.family + " " + drop.table + " " + drop.chain;
    return {
        "nft insert rule " + chain + " ip saddr " + pool + " accept",
        "nft insert rule " + chain + " ip daddr " + pool + " ct state established,related accept"};
}

Findings look_at_others(const host::Host& host, const Cidr& pool) {
    Findings findings;
    for (const ForwardDrop& drop : host.firewall.forward_drops(pool)) {
        const bool docker = drop.owner == ForwardDrop::Owner::docker;
        const bool ufw = drop.owner == ForwardDrop::Owner::ufw;
        findings.push_back({.about = "other firewalls",
                            .problem = "chain " + drop.chain + " of table " + drop.family + " " +
                                       drop.table +
                                       (docker ? " (Docker)"
                                        : ufw  ? " (ufw)"
                                               : "") +
                                       " drops what it forwards",
                            .meaning = "no site reaches anything outside",
                            .fix = fix_of(drop, pool.str())});
    }
    if (findings.empty()) findings.push_back({.about = "other firewalls"});
    return findings;
}

}  // namespace

std::vector<Finding> examine(const host::Host& host, const Registry& registry, const Cidr& pool) {
    const std::vector<std::pair<const char*, std::function<Findings()>>> looks = {
        {"firewall of the sites", [&] { return look_at_table(host, registry); }},
        {"watch over the firewall", [&] { return look_at_watch(host); }},
        {"network namespaces", [&] { return look_at_holder(host); }},
        {"forwarding", [&] { return look_at_forwarding(host); }},
        {"other firewalls", [&] { return look_at_others(host, pool); }},
    };
    Findings all;
    for (const auto& [about, look] : looks) {
        try {
            for (auto& finding : look()) all.push_back(std::move(finding));
        } catch (const Error& error) {
            all.push_back({.about = about, .problem = "could not look: " + error.message()});
        }
    }
    return all;
}

}  // namespace wpns::apply
