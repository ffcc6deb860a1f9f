#include <algorithm>
#include <iomanip>
#include <iostream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/report.hpp"
#include "cli/site_status.hpp"
#include "cli/verbs.hpp"
#include "desired/network.hpp"
#include "model/bit_rate.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

/// Bytes; null where nobody counts, or limits.
ordered_json disk_json(const SiteStatus& status) {
    ordered_json json = {{"used", nullptr}, {"limit", nullptr}};
    if (!status.disk) return json;
    json["used"] = status.disk->used;
    if (status.disk->bytes != 0) json["limit"] = status.disk->bytes;
    return json;
}

std::string disk_text(const std::optional<Quota>& disk) {
    constexpr std::uint64_t mebibyte = 1U << 20;
    if (!disk || disk->bytes == 0) return "no limit";
    return std::to_string(disk->used / mebibyte) + " MiB of " +
           std::to_string(disk->bytes / mebibyte) + " MiB";
}

ordered_json to_json(const SiteName& name, const SiteStatus& status) {
    ordered_json json = {{"name", status.name},
                         {"domain", status.domain},
                         {"url", "http://" + status.domain + "/"},
                         {"state", status.state},
                         {"has_file", status.has_file}};
    if (!status.shadow.empty()) json["shadow"] = status.shadow;
    if (status.record == nullptr) return json;
    const Link link = desired::link(name, *status.record);
    json["subnet"] = status.record->allocation.subnet.str();
    if (!link.bridge.empty()) {
        json["group"] = status.record->allocation.group;
        json["bridge"] = link.bridge;
    }
    json["host_address"] = link.host_address.str();
    json["address"] = link.site_address.str();
    if (link.prefix6 != 0) {
        json["subnet6"] = status.record->allocation.subnet6->str();
        json["host_address6"] = link.host_address6.str();
        json["address6"] = link.site_address6.str();
    }
    json["netns"] = link.netns;
    json["link"] = link.host_end.name;
    json["mac"] = link.site_mac.str();
    if (link.up != 0) json["bandwidth"]["up"] = bit_rate_text(link.up);
    if (link.down != 0) json["bandwidth"]["down"] = bit_rate_text(link.down);
    json["egress"] = to_string(status.record->network.egress);
    json["uid"] = status.record->allocation.uid;
    json["db_uid"] = status.record->allocation.db_uid;
    json["disk"] = disk_json(status);
    json["units"] = status.units;
    if (status.verified)
        json["verified"] = {{"time", status.verified->time},
                            {"probes", status.verified->probes},
                            {"passed", status.verified->passed}};
    if (status.proof) json["proof"] = to_json(*status.proof);
    return json;
}

/// Words behind the domain.
std::string shadow_of(const SiteStatus& status) {
    return status.shadow.empty() ? "" : " (a shadow of " + status.shadow + ")";
}

/// A line of its own.
std::string group_of(const SiteStatus& status) {
    const auto& group = status.record->allocation.group;
    return group.empty() ? "" : "\n  group     " + printable(group);
}

void print_site(const SiteName& name, const SiteStatus& status) {
    std::cout << status.name << ": " << status.state << ", http://" << status.domain << "/"
              << shadow_of(status) << "\n";
    if (!status.has_file)
        std::cout << "  no file in sites.d: wpns remove " << status.name << " takes it down\n";
    if (status.record == nullptr) return;
    const Link link = desired::link(name, *status.record);
    if (link.prefix6 != 0)
        std::cout << "  IPv6      " << status.record->allocation.subnet6->str() << ": host "
                  << link.host_address6.str() << ", site " << link.site_address6.str() << "\n";
    std::cout << "  network   " << status.record->allocation.subnet.str() << ": host "
              << link.host_address.str() << " on "
              << (link.bridge.empty() ? link.host_end.name : link.bridge) << ", site "
              << link.site_address.str() << " in namespace " << link.netns << group_of(status)
              << "\n  egress    " << to_string(status.record->network.egress) << "\n  accounts  "
              << names::account(name) << " (" << status.record->allocation.uid << "), "
              << names::db_account(name) << " (" << status.record->allocation.db_uid
              << ")\n  disk      " << disk_text(status.disk) << "\n";
    if (status.verified)
        std::cout << "  verified: " << printable(status.verified->time) << ", "
                  << status.verified->passed << " of " << status.verified->probes << "\n";
    if (status.proof)
        std::cout << "  backup    " << printable(status.proof->time) << ": "
                  << describe(*status.proof) << "\n";
    for (const auto& [unit, state] : status.units)
        std::cout << "  " << std::left << std::setw(10) << state << unit << "\n";
}

bool all_well(const std::map<SiteName, SiteStatus>& statuses) {
    return std::ranges::all_of(statuses, [](const auto& entry) {
        return entry.second.state == "active" || entry.second.state == "parked";
    });
}

void print_table(const std::map<SiteName, SiteStatus>& statuses) {
    const auto row = [](const std::string& name, const std::string& state,
                        const std::string& address, const std::string& domain) {
        std::cout << std::left << std::setw(26) << name << std::setw(10) << state << std::setw(17)
                  << address << domain << "\n";
    };
    row("NAME", "STATE", "ADDRESS", "DOMAIN");
    for (const auto& [name, status] : statuses)
        row(status.name, status.state,
            status.record == nullptr ? "-" : desired::link(name, *status.record).site_address.str(),
            status.domain + shadow_of(status));
}

}  // namespace

int cmd_list(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    const auto statuses = site_statuses(session);
    if (!globals.json) {
        print_table(statuses);
        return done;
    }
    auto sites = ordered_json::array();
    for (const auto& [name, status] : statuses) sites.push_back(to_json(name, status));
    print_json({{"sites", sites}});
    return done;
}

int cmd_status(const Globals& globals, const host::Host& host, const StatusOptions& options) {
    Session session(globals, host, NoFiles::fine);
    auto statuses = site_statuses(session);
    if (!options.name.empty()) {
        const auto name = site_name(options.name);
        if (!statuses.contains(name))
            throw Error(ErrorKind::usage, "there is no site " + name.str());
        std::erase_if(statuses, [&](const auto& entry) { return entry.first != name; });
    }
    auto sites = ordered_json::array();
    for (const auto& [name, status] : statuses) {
        if (globals.json)
            sites.push_back(to_json(name, status));
        else
            print_site(name, status);
    }
    if (!globals.json && !session.registry().sites.empty())
        print_no_quotas(host.quotas.lack(session.config().host.data_dir));
    if (globals.json)
        print_json(options.name.empty() ? ordered_json{{"sites", sites}} : sites.front());
    return options.exit_code && !all_well(statuses) ? differences : done;
}

}  // namespace wpns::cli
