#include "cli/site_status.hpp"

#include <algorithm>

#include "model/names.hpp"

namespace wpns::cli {
namespace {

/// The units of a site as its record holds them.
std::map<std::string, std::string> units_of(
    const SiteRecord& record, const std::map<std::string, host::Units::State>& states) {
    std::map<std::string, std::string> units;
    for (const auto& [key, digest] : record.resources) {
        if (key.kind != Kind::unit) continue;
        const auto it = states.find(key.id);
        units[key.id] = it == states.end() ? "inactive" : it->second.active;
    }
    return units;
}

/// A service on its way up or down, or a part of them (the database for a task), is no fault of a
/// site whose sockets listen.
std::string state_of(const SiteName& site, const std::map<std::string, std::string>& units) {
    const auto active = [](const auto& unit) { return unit.second == "active"; };
    if (units.empty()) return "absent";
    if (std::ranges::all_of(units, active)) return "active";
    const bool parked = std::ranges::all_of(units, [&](const auto& unit) {
        return names::is_of_awake(site, unit.first) ? unit.second != "failed" : active(unit);
    });
    return parked ? "parked" : "degraded";
}

}  // namespace

std::map<SiteName, SiteStatus> site_statuses(Session& session) {
    const std::vector<std::string> patterns = {"wpns-*@*", "wpns@*"};
    const auto states = session.host().units.list(patterns);
    std::map<SiteName, SiteStatus> statuses;
    for (const auto& [name, config] : session.config().sites)
        statuses[name] = {name.str(), config.domain, "absent", nullptr, {},
                          true,       config.shadow, {},       {},      {}};
    for (const auto& [name, record] : session.registry().sites) {
        auto& status = statuses[name];
        status.has_file = session.config().sites.contains(name);
        status.name = name.str();
        status.domain = record.domain;
        status.record = &record;
        status.units = units_of(record, states);
        status.state = state_of(name, status.units);
        status.disk = session.host().quotas.find(session.config().host.data_dir + "/" + name.str());
        status.verified = load_verified(session.host(), name);
        status.proof = load_proof(session.host(), name);
    }
    return statuses;
}

}  // namespace wpns::cli
