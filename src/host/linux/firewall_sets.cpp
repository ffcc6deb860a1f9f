#include "host/linux/firewall_sets.hpp"

#include <array>
#include <bit>
#include <optional>

#include "base/error.hpp"
#include "model/connection_limits.hpp"

namespace wpns::host::linux_os {
namespace {

/// What the keys of a collection begin with: what it knows its sites by.
enum class By { link, ipv4, ipv6 };

/// The collections of a kind come in up to four forms: for sites alone or in groups, and for what
/// is of IPv4 or of IPv6.
struct Form {
    const char* front;
    const char* back;
    By by;
};
constexpr std::array forms = {Form{"", "", By::link}, Form{"", "6", By::link},
                              Form{"mate_", "", By::ipv4}, Form{"mate_", "6", By::ipv6}};

std::string name_in(const Form& form, const std::string& collection) {
    return form.front + collection + form.back;
}

bool is_ipv6(const Form& form) {
    return form.back[0] != '\0';
}

std::vector<NftElement> elements_of(nl::Socket& socket, const std::string& set,
                                    NftFamily family = NftFamily::inet) {
    return find_elements(socket, family, set).value_or(std::vector<NftElement>{});
}

/// The name of a link, or an address as text.
std::string known_by(NftKey& key, By by) {
    switch (by) {
        case By::link:
            return key.link();
        case By::ipv4:
            return key.ipv4().str();
        case By::ipv6:
            return key.ipv6().str();
    }
    return {};
}

std::string known_by(const NftElement& element, By by) {
    NftKey key(element.key);
    return known_by(key, by);
}

/// "names:0123456789abcdef" in the comment of a source; empty for any other.
std::string comment_names(const NftElement& element) {
    const std::string_view mark = "names:";
    return element.comment.starts_with(mark) ? element.comment.substr(mark.size()) : std::string();
}

/// The network of just these addresses; nothing where they are none.
std::optional<Cidr> network_of(Ipv4 first, Ipv4 last) {
    const std::uint32_t host = first.value ^ last.value;
    const bool aligned = (host & (host + 1)) == 0 && (first.value & host) == 0;
    if (!aligned) return std::nullopt;
    return Cidr::of(first, 32U - static_cast<unsigned>(std::popcount(host)));
}

std::optional<Cidr6> network_of(const Ipv6& first, const Ipv6& last) {
    unsigned host_bits = 0;
    for (std::size_t i = 0; i < first.bytes.size(); ++i)
        host_bits += static_cast<unsigned>(
            std::popcount(static_cast<unsigned>(first.bytes[i] ^ last.bytes[i])));
    const Cidr6 network = Cidr6::of(first, 128U - host_bits);
    // Only in the network of that length are these its first and last address.
    Ipv6 end = network.network();
    for (unsigned bit = 0; bit < host_bits; ++bit)
        end.bytes[15U - bit / 8U] |= static_cast<std::uint8_t>(1U << bit % 8U);
    if (network.network() != first || end != last) return std::nullopt;
    return network;
}

struct Target {
    std::string who;
    std::optional<AllowBox> box;  ///< nothing for what this program would not write
};

/// [who, network, protocol, port]; all ports are 0 to 65535.
Target target_in(const NftElement& element, const Form& form) {
    NftKey first(element.key);
    NftKey last(element.last);
    Target target{known_by(first, form.by), {}};
    bool plain = known_by(last, form.by) == target.who;
    std::optional<AnyNetwork> network;
    if (is_ipv6(form)) {
        const auto from = first.ipv6();
        if (const auto found = network_of(from, last.ipv6())) network = *found;
    } else {
        const auto from = first.ipv4();
        if (const auto found = network_of(from, last.ipv4())) network = *found;
    }
    const std::uint8_t protocol = first.protocol();
    plain = plain && last.protocol() == protocol;
    const std::uint16_t port = first.port();
    const std::uint16_t last_port = last.port();
    const bool all = port == 0 && last_port == 65535;
    if (plain && network && (all || (port != 0 && port == last_port)))
        target.box = AllowBox{*network, protocol, port};
    return target;
}

void take_addresses(nl::Socket& socket, render::FirewallCollections& all) {
    for (const auto& element : elements_of(socket, "sources")) {
        NftKey key(element.key);
        auto& site = all[key.link()];
        site.sources.insert(key.ipv4());
        site.names = comment_names(element);
    }
    for (const auto& element : elements_of(socket, "gateways")) {
        NftKey key(element.key);
        auto& site = all[key.link()];
        site.gateways.insert(key.ipv4());
    }
    for (const auto& element : elements_of(socket, "sources6")) {
        NftKey key(element.key);
        auto& site = all[key.link()];
        site.sources6.insert(key.ipv6());
    }
    for (const auto& element : elements_of(socket, "gateways6")) {
        NftKey key(element.key);
        auto& site = all[key.link()];
        site.gateways6.insert(key.ipv6());
    }
}

/// What sites in groups have in both families.
void take_shared(nl::Socket& socket, By by, render::FirewallCollections& all) {
    const std::string back = by == By::ipv6 ? "6" : "";
    for (const auto& element : elements_of(socket, "mate_inside" + back)) {
        NftKey key(element.key);
        auto& mate = all[known_by(key, by)].mate;
        mate.inside.insert(key.link());
    }
    for (const auto& element : elements_of(socket, "mates" + back))
        all[known_by(element, by)].mate.listed = true;
    for (const auto& element : elements_of(socket, "ports" + back, NftFamily::bridge)) {
        NftKey key(element.key);
        const std::string port = key.link();
        const Mac mac = key.mac();
        all[known_by(key, by)].mate.ports.emplace(port, mac);
    }
}

void take_mates(nl::Socket& socket, render::FirewallCollections& all) {
    for (const auto& element : elements_of(socket, "mate_sources")) {
        NftKey key(element.key);
        const std::string bridge = key.link();
        const Ipv4 address = key.ipv4();
        auto& mate = all[address.str()];
        mate.mate.bridges.insert(bridge);
        mate.sources.insert(address);
        mate.names = comment_names(element);
    }
    for (const auto& element : elements_of(socket, "mate_gateways")) {
        NftKey key(element.key);
        auto& mate = all[key.ipv4().str()];
        mate.gateways.insert(key.ipv4());
    }
    for (const auto& element : elements_of(socket, "closed", NftFamily::bridge))
        all[known_by(element, By::ipv4)].mate.closed = true;
    take_shared(socket, By::ipv4, all);
}

/// The same of IPv6.
void take_mates6(nl::Socket& socket, render::FirewallCollections& all) {
    for (const auto& element : elements_of(socket, "mate_sources6")) {
        NftKey key(element.key);
        const std::string bridge = key.link();
        const Ipv6 address = key.ipv6();
        auto& mate = all[address.str()];
        mate.mate.bridges.insert(bridge);
        mate.sources6.insert(address);
    }
    for (const auto& element : elements_of(socket, "mate_gateways6")) {
        NftKey key(element.key);
        auto& mate = all[key.ipv6().str()];
        mate.gateways6.insert(key.ipv6());
    }
    take_shared(socket, By::ipv6, all);
}

/// "limit_50"; a number that is no limit for any other verdict.
unsigned limit_in(const NftElement& element) {
    for (const unsigned limit : connection_limits)
        for (const char* front : {"", "mate_", "mate6_"})
            if (element.jump == front + ("limit_" + std::to_string(limit))) return limit;
    return 1;
}

void take_policies(nl::Socket& socket, const Form& form, render::FirewallCollections& all) {
    for (const auto& element : elements_of(socket, name_in(form, "allowed")))
        if (const auto target = target_in(element, form); target.box)
            all[target.who].allowed.insert(*target.box);
    if (form.by == By::link && is_ipv6(form)) return;  // a link has the rest once for both
    for (const auto& element : elements_of(socket, name_in(form, "egress")))
        all[known_by(element, form.by)].verdict = element.go;
    for (const auto& element : elements_of(socket, name_in(form, "refusals")))
        all[known_by(element, form.by)].counted = true;
    for (const auto& element : elements_of(socket, name_in(form, "quarantined")))
        all[known_by(element, form.by)].quarantined = true;
    for (const auto& element : elements_of(socket, name_in(form, "connections")))
        all[known_by(element, form.by)].connections = limit_in(element);
    if (is_ipv6(form)) return;
    for (const auto& element : elements_of(socket, name_in(form, "source_address")))
        all[known_by(element, form.by)].source_address = NftKey(element.data).ipv4();
}

/// [who, address, protocol] and, where it has ports, a port.
RefusedTarget refused_in(const NftElement& element, const Form& form, bool has_port) {
    NftKey key(element.key);
    (void)known_by(key, form.by);
    RefusedTarget target;
    if (is_ipv6(form))
        target.address6 = key.ipv6();
    else
        target.address = key.ipv4();
    target.protocol = key.protocol();
    if (has_port) target.port = key.port();
    target.count = element.packets;
    return target;
}

}  // namespace

render::FirewallCollections list_collections(nl::Socket& socket) {
    render::FirewallCollections all;
    take_addresses(socket, all);
    take_mates(socket, all);
    take_mates6(socket, all);
    for (const Form& form : forms) take_policies(socket, form, all);
    return all;
}

bool has_foreign_targets(nl::Socket& socket) {
    for (const Form& form : forms)
        for (const char* set : {"allowed", "resolved"})
            for (const auto& element : elements_of(socket, name_in(form, set)))
                if (!target_in(element, form).box) return true;
    return false;
}

std::map<std::string, std::string> list_mates6(nl::Socket& socket) {
    const auto by_port = [&](const std::string& set, By by) {
        std::map<std::string, std::string> found;
        for (const auto& element : elements_of(socket, set, NftFamily::bridge)) {
            NftKey key(element.key);
            const std::string port = key.link();
            (void)key.mac();
            found[port] = known_by(key, by);
        }
        return found;
    };
    const auto six = by_port("ports6", By::ipv6);
    std::map<std::string, std::string> found;
    for (const auto& [port, link] : by_port("ports", By::ipv4))
        if (const auto address = six.find(port); address != six.end())
            found[link] = address->second;
    return found;
}

std::map<std::string, Refusals> list_refusals(nl::Socket& socket) {
    std::map<std::string, Refusals> found;
    for (const Form& form : forms) {
        for (const auto& element : elements_of(socket, name_in(form, "refusals")))
            found[known_by(element, form.by)].total = element.packets;
        for (const bool has_port : {true, false})
            for (const auto& element :
                 elements_of(socket, name_in(form, has_port ? "refused" : "refused_other")))
                found[known_by(element, form.by)].targets.push_back(
                    refused_in(element, form, has_port));
    }
    return found;
}

bool has_resolved6(nl::Socket& socket) {
    return find_elements(socket, NftFamily::inet, "resolved6").has_value();
}

std::vector<ResolvedTarget> list_resolved(nl::Socket& socket) {
    std::vector<ResolvedTarget> found;
    for (const Form& form : forms)
        for (const auto& element : elements_of(socket, name_in(form, "resolved")))
            if (const auto target = target_in(element, form); target.box)
                found.push_back({target.who, element.comment, *target.box});
    return found;
}

}  // namespace wpns::host::linux_os
