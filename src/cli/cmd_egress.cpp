#include <algorithm>
#include <iomanip>
#include <iostream>
#include <set>

#include "apply/registry_file.hpp"
#include "base/error.hpp"
#include "cli/json.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "desired/network.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

/// What the verb shows of one site.
struct View {
    std::string site;
    const AppliedNetwork& network;
    bool ipv6;
    Refusals refusals;
    std::vector<ResolvedTarget> resolved;
};

std::string protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case protocol_icmp:
            return "icmp";
        case protocol_icmp6:
            return "icmpv6";
        case protocol_tcp:
            return "tcp";
        case protocol_udp:
            return "udp";
        default:
            return std::to_string(protocol);
    }
}

ordered_json to_json(const RefusedTarget& target) {
    return {{"address", target.where()},
            {"port", target.port},
            {"protocol", protocol_name(target.protocol)},
            {"count", target.count}};
}

ordered_json to_json(const ResolvedTarget& target) {
    return {{"name", target.name},
            {"address", target.box.network.short_str()},
            {"port", target.box.port},
            {"protocol", protocol_name(target.box.protocol)}};
}

template <typename Values>
ordered_json all_json(const Values& values) {
    auto list = ordered_json::array();
    for (const auto& value : values) list.push_back(to_json(value));
    return list;
}

void print_document(const View& view) {
    auto allow = ordered_json::array();
    for (const AllowTarget& target : view.network.allow) allow.push_back(target.str());
    print_json({{"site", view.site},
                {"egress", to_string(view.network.egress)},
                {"allow", allow},
                {"resolved", all_json(view.resolved)},
                {"refused", view.refusals.total},
                {"targets", all_json(view.refusals.targets)}});
}

void print_policy(const View& view) {
    std::cout << view.site << ": egress " << to_string(view.network.egress) << ", "
              << view.refusals.total << (view.refusals.total == 1 ? " attempt" : " attempts")
              << " refused\n";
    for (const AllowTarget& target : view.network.allow) {
        std::set<AnyNetwork> addresses;
        for (const ResolvedTarget& resolved : view.resolved)
            if (resolved.name == target.host) addresses.insert(resolved.box.network);
        std::cout << "  allows " << target.str();
        for (const AnyNetwork& address : addresses) std::cout << " " << address.short_str();
        if (target.network && target.network->is_ipv6() && !view.ipv6)
            std::cout << " (the site has no IPv6)";
        std::cout << "\n";
    }
}

void print_refusals(const View& view) {
    if (view.refusals.targets.empty()) return;
    const auto row = [](const auto& count, const std::string& protocol, const std::string& port,
                        const std::string& address) {
        std::cout << std::left << std::setw(12) << count << std::setw(10) << protocol
                  << std::setw(7) << port << address << "\n";
    };
    row("COUNT", "PROTOCOL", "PORT", "ADDRESS");
    for (const RefusedTarget& target : view.refusals.targets)
        row(target.count, protocol_name(target.protocol),
            target.port == 0 ? "-" : std::to_string(target.port), target.where());
}

}  // namespace

/// Reads the registry and the firewall only: it is for a look at what happens just now.
int cmd_egress(const Globals& globals, const host::Host& host, const EgressOptions& options) {
    const auto name = site_name(options.name);
    const auto registry = apply::RegistryFile(host.files).load();
    const auto record = registry.sites.find(name);
    if (record == registry.sites.end())
        throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                    "wpns list shows the sites");
    const std::string link = desired::firewall_site(name, record->second).link;
    View view{name.str(), record->second.network, record->second.allocation.subnet6.has_value(),
              host.firewall.refusals(link), host.firewall.resolved()};
    std::erase_if(view.resolved, [&](const ResolvedTarget& target) { return target.link != link; });
    std::ranges::sort(view.refusals.targets, std::ranges::greater{}, &RefusedTarget::count);
    if (globals.json) {
        print_document(view);
    } else {
        print_policy(view);
        print_refusals(view);
    }
    return done;
}

}  // namespace wpns::cli
