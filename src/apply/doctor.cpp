#include "apply/doctor.hpp"

#include <algorithm>
#include <functional>
#include <set>
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

bool has_ipv6(const std::pair<const SiteName, SiteRecord>& site) {
    return site.second.allocation.subnet6.has_value();
}

/// The trap of IPv6 forwarding: see forward_ipv6 in boot.cpp, which cannot know an uplink that
/// comes up later.
Findings look_at_ipv6(const host::Host& host, const Registry& registry) {
    if (std::ranges::none_of(registry.sites, has_ipv6)) return {};
    Finding finding{.about = "forwarding (net.ipv6.conf.all.forwarding)"};
    HostFacts facts;
    host.network.gather(facts);
    const std::string hears = "net.ipv6.conf." + facts.uplink + ".accept_ra";
    if (host.files.sysctl("net.ipv6.conf.all.forwarding") != "1") {
        finding.problem = "it is off";
        finding.meaning = "no site reaches anything outside by IPv6";
        finding.fix = {"sysctl -w net.ipv6.conf.all.forwarding=1"};
    } else if (!facts.uplink.empty() && facts.uplink.find('.') == std::string::npos &&
               host.files.sysctl(hears) == "1") {
        finding.problem = hears + " is 1, which means with forwarding: hear no router";
        finding.meaning = "where a router announces this host's default route, the host loses it";
        finding.fix = {"sysctl -w " + hears + "=2",
                       "echo '" + hears + " = 2' > /etc/sysctl.d/61-uplink.conf"};
    }
    return {finding};
}

/// What wpns does itself. Where that did not help, the owner's own rules are not whole.
std::vector<std::string> fix_by_wpns(const Passage& passage, ForwardDrop::Owner owner) {
    if (owner == ForwardDrop::Owner::docker)
        return {passage.docker ? "systemctl restart docker" : "wpns sync"};
    return {passage.ufw ? "ufw reload" : "wpns sync"};
}

/// The place where a rule of the admin belongs.
std::vector<std::string> fix_by_admin(const ForwardDrop& drop, const std::string& pool) {
    switch (drop.owner) {
        case ForwardDrop::Owner::docker:
            return {"ip6tables -I DOCKER-USER -s " + pool + " -j ACCEPT",
                    "ip6tables -I DOCKER-USER -d " + pool +
                        " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"};
        case ForwardDrop::Owner::ufw:
            return {"ufw route allow from " + pool};
        case ForwardDrop::Owner::firewalld:
            return {"firewall-cmd --permanent --zone=trusted --add-source=" + pool,
                    "firewall-cmd --zone=trusted --add-source=" + pool};
        case ForwardDrop::Owner::other:
            break;
    }
    const std::string rule = "nft insert rule " + drop.family + " " + drop.table + " " +
                             drop.chain + (drop.ipv6 ? " ip6 " : " ip ");
    return {rule + "saddr " + pool + " accept",
            rule + "daddr " + pool + " ct state established,related accept"};
}

const char* name_of(ForwardDrop::Owner owner) {
    switch (owner) {
        case ForwardDrop::Owner::docker:
            return " (Docker)";
        case ForwardDrop::Owner::ufw:
            return " (ufw)";
        case ForwardDrop::Owner::firewalld:
            return " (firewalld)";
        case ForwardDrop::Owner::other:
            break;
    }
    return "";
}

/// Of the packets of one family.
void look_at_refusals(const host::Host& host, const Passage& passage, const AnyNetwork& pool,
                      Findings& findings) {
    for (const ForwardDrop& drop : host.neighbours.refusals(pool)) {
        const bool by_wpns = !drop.ipv6 && (drop.owner == ForwardDrop::Owner::docker ||
                                            drop.owner == ForwardDrop::Owner::ufw);
        findings.push_back(
            {.about = "other firewalls",
             .problem = "chain " + drop.chain + " of table " + drop.family + " " + drop.table +
                        name_of(drop.owner) + " drops what it forwards",
             .meaning =
                 std::string("no site reaches anything outside") + (drop.ipv6 ? " by IPv6" : ""),
             .fix = by_wpns ? fix_by_wpns(passage, drop.owner) : fix_by_admin(drop, pool.str())});
    }
}

Findings look_at_others(const host::Host& host, const Registry& registry,
                        const HostConfig& config) {
    Findings findings;
    const Passage passage = host.neighbours.look(config.pool);
    look_at_refusals(host, passage, config.pool, findings);
    if (config.pool6 && std::ranges::any_of(registry.sites, has_ipv6))
        look_at_refusals(host, passage, *config.pool6, findings);
    if (findings.empty()) findings.push_back({.about = "other firewalls"});
    return findings;
}

/// Host ends and bridges of the sites.
std::vector<std::string> links_of(const Registry& registry) {
    std::set<std::string> links;
    for (const auto& [site, record] : registry.sites) {
        links.insert(names::host_link(site).name);
        if (!record.allocation.group.empty())
            links.insert(names::bridge(record.allocation.group).name);
    }
    return {links.begin(), links.end()};
}

/// networkd goes by the first file that matches. NetworkManager keeps in mind across restarts what
/// it has managed once, so each link has to be told.
std::vector<std::string> fix_of(const host::LinkManagers::Manager& manager) {
    if (manager.program == "NetworkManager")
        return {
            "# take managed=1 for these links out of the [device] sections that NetworkManager "
            "--print-config shows",
            "nmcli general reload conf",
            "nmcli -g DEVICE device | grep -E '^(veth0-|wpbr-)' | xargs -I{} nmcli device set "
            "{} managed no",
            "wpns sync"};
    std::set<std::string> before_ours;
    for (const auto& [link, path] : manager.managed)
        if (path.substr(path.rfind('/') + 1) < names::networkd_file) before_ours.insert(path);
    std::vector<std::string> commands;
    for (const auto& path : before_ours) {
        const auto slash = path.rfind('/') + 1;
        commands.push_back("mv " + path + " " + path.substr(0, slash) + "50-" + path.substr(slash));
    }
    commands.insert(commands.end(), {"networkctl reload", "wpns sync"});
    return commands;
}

/// "veth0-a by /etc/systemd/network/00-all.network", and how many more.
std::string first_of(const std::map<std::string, std::string>& managed) {
    const auto& [link, file] = *managed.begin();
    std::string text = link;
    if (!file.empty()) text += " by " + file;
    if (managed.size() > 1) text += " and " + std::to_string(managed.size() - 1) + " more";
    return text;
}

/// They come with files that tell them to leave our links alone; what an admin says goes above.
Findings look_at_managers(const host::Host& host, const Registry& registry) {
    Findings findings;
    for (const auto& manager : host.link_managers.look(links_of(registry))) {
        Finding finding{.about = "links of the sites (" + manager.program + ")"};
        if (!manager.managed.empty()) {
            finding.problem = "it manages " + first_of(manager.managed);
            finding.meaning = "it may take the addresses of these links away, or add its own";
            finding.fix = fix_of(manager);
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

Findings look_at_quotas(const host::Host& host, const std::string& data_dir) {
    Finding finding{.about = "disk of the sites"};
    finding.problem = host.quotas.lack(data_dir);
    if (finding.problem.empty()) return {finding};
    finding.meaning = "limits.disk has no effect: a site can fill the disk of all";
    finding.fix = {"# ext4, while it is not mounted: tune2fs -O project,quota DEVICE",
                   "# ext4 and xfs, in /etc/fstab: the option prjquota, which takes a new mount"};
    finding.bearable = true;
    return {finding};
}

}  // namespace

std::vector<Finding> examine(const host::Host& host, const Registry& registry,
                             const HostConfig& config) {
    const std::vector<std::pair<const char*, std::function<Findings()>>> looks = {
        {"firewall of the sites", [&] { return look_at_table(host, registry); }},
        {"watch over the firewall", [&] { return look_at_watch(host); }},
        {"network namespaces", [&] { return look_at_holder(host); }},
        {"forwarding", [&] { return look_at_forwarding(host); }},
        {"forwarding of IPv6", [&] { return look_at_ipv6(host, registry); }},
        {"other firewalls", [&] { return look_at_others(host, registry, config); }},
        {"links of the sites", [&] { return look_at_managers(host, registry); }},
        {"disk of the sites", [&] { return look_at_quotas(host, config.data_dir); }},
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
