#include <array>

#include "config/checks.hpp"
#include "model/allocate.hpp"

namespace wpns::config {
namespace {

/// Where backups are that are no repository's.
constexpr std::string_view backups = "/var/lib/wpns/backups";

/// Ranges that are free to be used inside (RFC 1918, RFC 6598).
const std::array<Cidr, 4> private_ranges = {
    *Cidr::parse("10.0.0.0/8"), *Cidr::parse("172.16.0.0/12"), *Cidr::parse("192.168.0.0/16"),
    *Cidr::parse("100.64.0.0/10")};

void check_pool(Document& document, const HostConfig& host) {
    const auto holds_pool = [&](const Cidr& range) { return range.contains(host.pool); };
    const std::string pool = host.pool.str();
    const auto refuse = [&](std::string_view key, Refusal refusal) {
        document.report().add(document.place_of(key), std::move(refusal));
    };
    if (std::none_of(private_ranges.begin(), private_ranges.end(), holds_pool))
        refuse("network.pool",
               {"network.pool: " + pool + " is no private range",
                "take a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"});
    if (host.pool.prefix() > 28)
        refuse("network.pool",
               {"network.pool: " + pool + " is too small", "a site takes a /30 of it"});
    if (!host.pool.contains(host.reserved))
        refuse(
            "network.reserved",
            {"network.reserved: " + host.reserved.str() + " is outside of the pool " + pool, {}});
    else if (host.reserved == host.pool)
        refuse("network.reserved",
               {"network.reserved: " + pool + " is all of the pool", "leave room for sites"});
    if (document.has("network.group_prefix") && host.group_prefix < host.reserved.prefix())
        refuse("network.group_prefix",
               {"network.group_prefix: a /" + std::to_string(host.group_prefix) +
                    " is more than the reserved range " + host.reserved.str(),
                "groups get their blocks out of network.reserved: make it larger"});
    for (const auto& resolver : host.dns)
        if (host.pool.contains(resolver))
            document.report().add(
                document.place_in_list("network.dns", resolver.str()),
                {"network.dns: " + resolver.str() + " is in the pool " + pool, {}});
}

/// Private addresses, which are translated, or public ones, which are routed here.
void check_pool6(Document& document, const HostConfig& host) {
    if (!host.pool6) return;
    const std::string pool = host.pool6->str();
    const auto refuse = [&](Refusal refusal) {
        document.report().add(document.place_of("network.pool6"), std::move(refusal));
    };
    static const Cidr6 assigned = *Cidr6::parse("fd00::/8");
    static const Cidr6 global = *Cidr6::parse("2000::/3");
    if (!assigned.contains(*host.pool6) && !global.contains(*host.pool6))
        refuse({"network.pool6: " + pool + " is neither a private nor a public range",
                "take a part of fd00::/8, or a prefix that is routed to this host"});
    else if (host.pool6->prefix() < 16 || subnet6_prefix(host) == 0)
        refuse({"network.pool6: " + pool + " has no room for the sites of " + host.pool.str(),
                "take a /48 or a /64"});
}

bool nested(const std::string& inner, const std::string& outer) {
    return inner == outer || inner.starts_with(outer + "/");
}

void check_directories(Document& document, const HostConfig& host) {
    if (!nested(host.data_dir, host.archive_dir) && !nested(host.archive_dir, host.data_dir))
        return;
    const auto* key = document.has("paths.archive_dir") ? "paths.archive_dir" : "paths.data_dir";
    document.report().add(document.place_of(key),
                          {"paths.archive_dir " + host.archive_dir + " and paths.data_dir " +
                               host.data_dir + " lie within each other",
                           "take two directories side by side"});
}

void check_ranges(Document& document, const HostConfig& host) {
    const Place place = document.place_of("accounts.ranges");
    if (host.id_ranges.empty())
        document.report().add(
            place, {"accounts.ranges: the list is empty", "leave it out for the default"});
    for (std::size_t i = 0; i < host.id_ranges.size(); ++i) {
        const IdRange& one = host.id_ranges[i];
        for (std::size_t j = i + 1; j < host.id_ranges.size(); ++j) {
            const IdRange& other = host.id_ranges[j];
            if (one.first > other.last || other.first > one.last) continue;
            document.report().add(place,
                                  {"accounts.ranges: the ranges from " + std::to_string(one.first) +
                                       " and from " + std::to_string(other.first) + " overlap",
                                   {}});
        }
    }
}

/// restic must be able to open it, and no site's data may be in it or it in them.
void check_repository(Document& document, const HostConfig& host) {
    const auto& repository = host.backup_repository;
    if (repository.empty()) return;
    const auto refuse = [&](Refusal refusal) {
        document.report().add(document.place_of("backup.repository"), std::move(refusal));
    };
    for (const std::string& place : {host.data_dir, host.archive_dir, std::string(backups)})
        if (nested(repository, place) || nested(place, repository))
            refuse({"backup.repository " + repository + " and " + place + " lie within each other",
                    "take a directory on another disk"});
}

}  // namespace

void check_host_values(Document& document, const HostConfig& host) {
    check_pool(document, host);
    check_pool6(document, host);
    check_directories(document, host);
    check_ranges(document, host);
    check_repository(document, host);
    if (host.listen.empty())
        document.report().add(document.place_of("web.listen"),
                              {"web.listen: the list is empty", "leave it out for the default"});
}

}  // namespace wpns::config
