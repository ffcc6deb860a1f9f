#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"
#include "model/site_config.hpp"

namespace wpns {

/// Account numbers from `first` to `last`, both included.
struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const IdRange&) const = default;
};

/// What `/etc/wpns/wpns.toml` may ask for. A missing file means all defaults.
struct HostConfig {
    // [network]
    Cidr pool = *Cidr::parse("10.10.0.0/16");      ///< cut into one /30 a site
    Cidr reserved = *Cidr::parse("10.10.0.0/24");  ///< never given to a /30: blocks of groups
    unsigned group_prefix = 28;                    ///< length of the block that a new group gets
    std::optional<Cidr6> pool6;                    ///< one prefix of it a site; no IPv6 where empty
    std::string uplink;                            ///< device of the default route where empty
    std::vector<Ipv4> dns;  ///< the host's own upstream resolvers where empty
    // [paths]
    std::string data_dir =
        "/var/lib/wpns/sites";  ///< each site's files and database, on one filesystem with archives
    std::string archive_dir = "/var/lib/wpns/archive";
    // [accounts]
    /// Ranges of uids (gids alike) to give away, tried in order. The first is a part of the system
    /// range that packages reach last (they take from 999 down); the second is for hosts with more
    /// than 250 sites.
    std::vector<IdRange> id_ranges = {{400, 899}, {600000, 699999}};
    // [web]
    std::vector<std::string> listen = {"80", "[::]:80"};  ///< `listen` values of the host's nginx
    // [backup]
    std::string backup_schedule = "never";  ///< "never", "hourly", "daily", ... or "HH:MM"
    unsigned backup_keep = 7;               ///< so many of the schedule's a site, the newest
    std::string backup_prove = "weekly";    ///< as backup_schedule; nothing without one
    std::string backup_repository;          ///< of restic; backups are directories where empty
    std::string backup_password_file = "/etc/wpns/repository.password";
    std::string backup_environment_file;   ///< variables with the credentials of a storage service
    std::string backup_prune = "monthly";  ///< as backup_schedule; nothing without a repository
    // [site]: defaults for every key of a site file that does not name one site
    SiteConfig site_defaults;

    bool operator==(const HostConfig&) const = default;
};

}  // namespace wpns
