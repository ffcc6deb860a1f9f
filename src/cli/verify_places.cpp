#include <algorithm>
#include <array>

#include "cli/verify_site.hpp"
#include "desired/network.hpp"

namespace wpns::cli {
namespace {

using Paths = std::vector<std::string>;

/// A site meets so many others, its neighbours by name first: each one costs probes.
constexpr std::size_t most_peers = 3;

const Paths sockets_of_hosts = {"/run/dbus/system_bus_socket",
                                "/run/systemd/private",
                                "/run/systemd/journal/socket",
                                "/run/systemd/journal/stdout",
                                "/run/systemd/journal/dev-log",
                                "/run/systemd/userdb/io.systemd.DynamicUser",
                                "/run/systemd/io.systemd.ManagedOOM",
                                "/run/systemd/resolve/io.systemd.Resolve",
                                "/run/systemd/coredump",
                                "/dev/log",
                                "/run/udev/control",
                                "/run/docker.sock",
                                "/run/containerd/containerd.sock",
                                "/run/podman/podman.sock",
                                "/run/snapd.socket",
                                "/run/incus/unix.socket",
                                "/var/lib/incus/unix.socket",
                                "/var/lib/lxd/unix.socket",
                                "/run/libvirt/libvirt-sock",
                                "/run/nscd/socket",
                                "/run/cups/cups.sock",
                                "/run/mysqld/mysqld.sock",
                                "/run/php/php-fpm.sock",
                                "/run/php/php8.2-fpm.sock",
                                "/run/php/php8.3-fpm.sock",
                                "/run/php/php8.4-fpm.sock"};
const Paths secrets = {"/etc/shadow", "/etc/wpns/sites.d", "/etc/mysql/debian.cnf",
                       "/etc/ssl/private", "/root/.ssh"};
const Paths tunables = {"/proc/sys/kernel/core_pattern", "/proc/sys/net/ipv4/ip_forward",
                        "/proc/sysrq-trigger", "/sys/fs/cgroup/cgroup.procs",
                        "/sys/kernel/uevent_helper"};

/// Addresses of networks that are nobody's business here, and of the metadata services of clouds.
const Paths private_addresses = {"10.255.255.254", "172.31.255.254", "192.168.255.254",
                                 "100.64.0.1"};
const Paths metadata_services = {"169.254.169.254", "169.254.170.2", "168.63.129.16",
                                 "100.100.100.200"};
/// One on the internet that nobody has: what the firewall lets through is never answered.
const Paths strangers = {"192.0.2.1"};

/// Where the host has no route nothing is refused by the firewall: nothing to probe.
Paths routed(const host::Witness& witness, const Paths& addresses) {
    Paths found;
    std::ranges::copy_if(addresses, std::back_inserter(found), [&](const auto& text) {
        const auto address = Ipv4::parse(text);
        return address && witness.routes(*address);
    });
    return found;
}

Paths existing(const host::Witness& witness, const Paths& paths) {
    Paths found;
    std::ranges::copy_if(paths, std::back_inserter(found),
                         [&](const auto& path) { return witness.exists(path); });
    return found;
}

/// Recorded sites that come after this one by name, then from the start.
std::vector<SiteName> peers_of(const Registry& registry, const SiteName& name) {
    std::vector<SiteName> peers;
    for (const auto& [other, record] : registry.sites)
        if (name < other) peers.push_back(other);
    for (const auto& [other, record] : registry.sites)
        if (other < name) peers.push_back(other);
    if (peers.size() > most_peers) peers.erase(peers.begin() + most_peers, peers.end());
    return peers;
}

/// A site of the same group: they reach each other as long as neither is closed.
bool are_mates(const SiteRecord& one, const SiteRecord& other) {
    const auto open = [](const SiteRecord& record) {
        return record.network.egress != Egress::quarantine;
    };
    return !one.allocation.group.empty() && one.allocation.group == other.allocation.group &&
           open(one) && open(other);
}

/// One is as good as all: they share the bridge and its rules.
void add_mate(const Registry& registry, const SiteName& name, verify::Places& places) {
    const auto& own = registry.sites.at(name);
    for (const auto& [other, record] : registry.sites) {
        if (other == name || !are_mates(own, record)) continue;
        const auto link = desired::link(name, own);
        places["mate"] = {record.allocation.address.str()};
        places["group_link"] = {link.site_end.name};
        places["group_mac"] = {names::bridge_mac().str()};
        if (link.prefix6 == 0) return;
        places["mate6"] = {desired::link(other, record).site_address6.str()};
        places["address6"] = {link.site_address6.str()};
        return;
    }
}

void add_peers(Session& session, const SiteName& name, verify::Places& places) {
    const auto& witness = session.host().witness;
    places["foreign_source"] = {"192.0.2.1"};
    for (const auto& peer : peers_of(session.registry(), name)) {
        const auto& record = session.registry().sites.at(peer);
        const auto link = desired::link(peer, record);
        const auto& own = session.registry().sites.at(name);
        const bool other_gateway = record.allocation.gateway() != own.allocation.gateway();
        const bool closed_to_it = !are_mates(own, record);
        if (closed_to_it) places["peer"].push_back(link.site_address.str());
        if (other_gateway) places["peer_gateway"].push_back(link.host_address.str());
        if (closed_to_it && link.prefix6 != 0) places["peer6"].push_back(link.site_address6.str());
        if (other_gateway && link.prefix6 != 0)
            places["peer_gateway6"].push_back(link.host_address6.str());
        places["foreign_source"] = {link.site_address.str()};
        const auto paths = existing(
            witness, {session.config().host.data_dir + "/" + peer.str(), names::rendered_dir(peer),
                      names::netns_path(peer), names::run_dir(peer), names::vhost_path(peer)});
        auto& known = places["peer_path"];
        known.insert(known.end(), paths.begin(), paths.end());
        for (const auto& path :
             existing(witness, {names::run_dir(peer) + "/mysqld.sock", names::php_socket(peer)}))
            places["peer_socket"].push_back(path);
        const auto processes = witness.processes(names::slice(peer));
        if (!processes.empty()) places["peer_pid"].push_back(std::to_string(processes[0].pid));
    }
}

/// Those that the site's own allow list does not open: what the admin has allowed is no hole.
Paths closed(const SiteRecord& record, const Paths& addresses, std::uint16_t port) {
    if (record.network.egress == Egress::quarantine) return addresses;
    const auto boxes = boxes_of(record.network.allow);
    Paths found;
    std::ranges::copy_if(addresses, std::back_inserter(found), [&](const auto& text) {
        const auto address = Ipv4::parse(text);
        return address && std::ranges::none_of(boxes, [&](const AllowBox& box) {
                   return box.holds(*address, protocol_tcp, port);
               });
    });
    return found;
}

/// What resolv.conf of the site names, where its policy lets it ask at all.
Paths resolvers_of(Session& session, const SiteRecord& record) {
    Paths resolvers;
    const auto egress = record.network.egress;
    if (egress == Egress::none || egress == Egress::quarantine) return resolvers;
    const auto& configured = session.config().host.dns;
    for (const Ipv4 resolver : configured.empty() ? session.facts().resolvers : configured)
        resolvers.push_back(resolver.str());
    return resolvers;
}

/// The port of the first IPv4 `listen` value of the host's nginx.
std::string web_port(const HostConfig& host) {
    for (const auto& listen : host.listen)
        if (!listen.starts_with('[')) return listen.substr(listen.rfind(':') + 1);
    return "80";
}

/// What there is to try by IPv6 where the site has it, and that there is none where not.
void add_ipv6(Session& session, const SiteRecord& record, const Link& link,
              verify::Places& places) {
    if (link.prefix6 == 0) {
        places["if_inet6"] = {"/proc/self/net/if_inet6"};
        places["any_ipv6"] = {"2001:db8::1"};
        return;
    }
    places["gateway6"] = {link.host_address6.str()};
    if (record.network.egress == Egress::quarantine) return;
    for (const auto& listen : session.config().host.listen)
        if (listen.starts_with("[::]:"))
            places["web_port6"] = {listen.substr(listen.rfind(':') + 1)};
}

}  // namespace

verify::Places places_of(Session& session, const SiteName& name, const host::Witness::Ears& ears,
                         const std::vector<host::Witness::Running>& processes) {
    const auto& record = session.registry().sites.at(name);
    const auto& witness = session.host().witness;
    const auto link = desired::link(name, record);
    verify::Places places = {
        {"gateway", {link.host_address.str()}},
        {"address", {link.site_address.str()}},
        {"domain", {record.domain}},
        {"port", {std::to_string(ears.tcp)}},
        {"udp_port", {std::to_string(ears.udp)}},
        {"abstract", {ears.abstract}},
        // a closed site does not reach its own URL either
        {"web_port", record.network.egress == Egress::quarantine
                         ? Paths{}
                         : Paths{web_port(session.config().host)}},
        {"content", {"/srv/www/wp-content"}},
        {"private", closed(record, routed(witness, private_addresses), 80)},
        {"metadata", closed(record, routed(witness, metadata_services), 80)},
        {"stranger", closed(record, routed(witness, strangers), 25)},
        {"resolver", resolvers_of(session, record)},
        {"system_dir", {"/etc", "/usr", "/usr/lib", "/var", "/opt", "/run", "/srv"}},
        {"socket", existing(witness, sockets_of_hosts)},
        {"secret", existing(witness, secrets)},
        {"tunable", existing(witness, tunables)}};
    for (const Ipv4 address : witness.addresses())
        if (!session.config().host.pool.contains(address))
            places["host_address"].push_back(address.str());
    for (const auto& process : processes)
        if (process.unit == names::unit(name, "mysqld", "service"))
            places["database_pid"] = {std::to_string(process.pid)};
    add_ipv6(session, record, link, places);
    add_peers(session, name, places);
    add_mate(session.registry(), name, places);
    return places;
}

std::set<std::string> marks_of_others(Session& session, const SiteName& name) {
    const std::string& data_dir = session.config().host.data_dir;
    const std::string data = data_dir.substr(data_dir.rfind('/') + 1);
    std::set<std::string> marks;
    for (const auto& [other, record] : session.registry().sites) {
        if (other == name) continue;
        for (const std::string& before :
             {data + "/", std::string("rendered/"), std::string("run/wpns/"),
              std::string(" /wpns/"), std::string("netns/"), std::string("wp-"), std::string("@")})
            marks.insert(before + other.str());
        marks.insert(names::db_account(other));
    }
    // a site "a" beside "a-db" has an account of the other's name
    for (const auto& own : {names::account(name), names::db_account(name)}) marks.erase(own);
    return marks;
}

}  // namespace wpns::cli
