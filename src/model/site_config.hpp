#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/allow_target.hpp"

namespace wpns {

/// What a site may reach outside the host.
enum class Egress {
    open,        ///< everything but private, link-local and metadata addresses
    web,         ///< TCP 80 and 443, and the resolvers
    allow,       ///< what the allow list names, and the resolvers
    none,        ///< nothing
    quarantine,  ///< nothing, and visitors are told that the site is closed
};

/// Whose WordPress core a site runs.
enum class CoreMode {
    managed,   ///< one read-only tree for all sites of that version; PHP cannot change it
    own_copy,  ///< "private" in the file: the site's own copy, which WordPress updates itself
};

/// What a person may ask for in `sites.d/NAME.toml`. Values are checked: every text here has passed
/// the rule of its key (config/rules.hpp), so it is safe in the places that render it. Knows no
/// TOML.
struct SiteConfig {
    std::string domain;  ///< server name and WordPress URL; lower case, no scheme, no port
    std::vector<std::string> aliases;  ///< further server names
    /// The server name that WordPress takes for its own, where it is not `domain`: it is a shadow
    /// of the site that is served there. Its scheduled tasks do not run.
    std::string shadow;
    std::string
        title;  ///< free text: never rendered into a root-read file, only passed to WordPress
    std::string admin_user = "admin";
    std::string admin_email;  ///< defaults to admin@DOMAIN

    struct Php {
        std::string version;  ///< "8.2"; the distribution's where empty
        unsigned max_children = 8;
        std::uint64_t memory_limit = 128ULL << 20;  ///< bytes
        std::uint64_t upload_limit =
            64ULL << 20;  ///< bytes: upload_max_filesize, post_max_size, body size of nginx
        unsigned max_execution_time = 60;  ///< seconds
        std::map<std::string, std::string>
            settings;  ///< [php.settings]: ini keys from an allow-list
        bool operator==(const Php&) const = default;
    } php;

    struct Mysql {
        std::uint64_t memory = 64ULL << 20;  ///< InnoDB buffer pool, bytes
        unsigned max_connections = 30;
        bool operator==(const Mysql&) const = default;
    } mysql;

    struct Network {
        std::optional<Cidr> subnet;  ///< pinned /30
        unsigned mtu = 0;            ///< 0: that of the host's default route
        Egress egress = Egress::open;
        std::vector<AllowTarget> allow{};      ///< what else it reaches: also private, also port 25
        std::optional<Ipv4> source_address{};  ///< which address of the host it leaves by
        /// Most connections at a time. A site without a limit could fill the kernel's table of all.
        unsigned connections = 2000;
        std::optional<Mac> mac{};  ///< of its end of the link; derived where empty
        std::uint64_t up = 0;      ///< bits a second from the site at most; 0: no limit
        std::uint64_t down = 0;    ///< to the site
        std::string group{};       ///< whose sites share a bridge; empty: none
        bool operator==(const Network&) const = default;
    } network;

    struct Limits {
        std::uint64_t memory = 512ULL << 20;  ///< bytes for PHP, database, web and cron together
        unsigned cpu_percent = 100;           ///< of one core
        unsigned tasks = 200;
        unsigned io_weight = 100;          ///< share of the disks when they are busy, 1 to 10000
        std::uint64_t disk = 10ULL << 30;  ///< bytes of files, database and temporary files
        bool operator==(const Limits&) const = default;
    } limits;

    struct Wordpress {
        std::string source = "/usr/share/wordpress";  ///< directory, archive, or https URL
        std::string sha256;                           ///< of the archive; a must for an URL
        CoreMode core = CoreMode::managed;
        std::string locale = "en_US";
        bool operator==(const Wordpress&) const = default;
    } wordpress;

    unsigned cron_minutes = 5;  ///< [cron] every = "5m": how often wp-cron runs
    /// [idle] after: seconds without a visitor until its services are stopped; 0: never.
    unsigned idle_after = 0;

    bool operator==(const SiteConfig&) const = default;
};

}  // namespace wpns
