#pragma once

#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "model/registry_text.hpp"

namespace wpns {

inline SiteName site(std::string_view name) {
    return *SiteName::parse(name);
}

inline Registry small() {
    Registry registry;
    registry.lineage = "5f0c";
    registry.serial = 7;
    registry.host[{Kind::directory, "/etc/wpns", ""}] = "0123456789abcdef";
    SiteRecord record;
    record.domain = "site-a.example";
    record.allocation = {*Cidr::parse("10.10.1.0/30"), 400, 401, std::string(64, 'a')};
    record.network.mtu = 1400;
    record.network.egress = Egress::web;
    record.resources[{Kind::file, "/etc/wpns/rendered/site-a/my.cnf", "site-a"}] = pending;
    record.resources[{Kind::unit, "wpns-php@site-a.service", "site-a"}] = "fedcba9876543210";
    registry.sites.emplace(site("site-a"), record);
    registry.tombstones.push_back({"old", 402, 403, "/var/lib/wpns/archive/old"});
    return registry;
}

/// A body with a right checksum: what only another program or version would write.
inline std::string sign(const std::string& body) {
    return "checksum = \"" + sha256_hex(body) + "\"\n" + body;
}

}  // namespace wpns
