#pragma once

#include <compare>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/passage.hpp"

namespace wpns {

/// A PHP that is installed on the host.
struct PhpFact {
    std::string version;  ///< "8.2"
    std::string fpm;      ///< /usr/sbin/php-fpm8.2
    std::string cli;      ///< /usr/bin/php8.2; empty where not installed
    std::vector<std::string>
        modules;  ///< names in load order as in mods-available, "opcache" among them
    std::vector<std::string> zend_modules;
    /// 32 hex digits that PHP itself puts in front of compiled code: another build or other modules
    /// have others. Empty where it could not be asked for; then nothing is compiled in advance.
    std::string system_id{};
    std::string build{};  ///< changes with the programs; 8 hex digits
    bool operator==(const PhpFact&) const = default;
};

/// Where a site wants its WordPress from, as configured.
struct CoreSource {
    std::string source;    ///< directory, archive or https URL
    std::string sha256{};  ///< of the archive; empty where the file names none
    auto operator<=>(const CoreSource&) const = default;
};

/// A WordPress source that a site asks for.
struct CoreFact {
    std::string source;   ///< as configured
    std::string version;  ///< $wp_version; empty for an archive, which nobody has looked into
    std::string
        id;  ///< "6.1.9-3f2a91bc": name of the managed tree; changes when the source changes
    std::string sha256{};  ///< of the archive or of what the URL gives; empty for a directory
    bool operator==(const CoreFact&) const = default;
};

/// An address range the host itself uses, and by what ("route via eth0").
struct UsedRange {
    Cidr range;
    std::string by;
    bool operator==(const UsedRange&) const = default;
};

/// What planning must know of the host beyond our own resources. Gathered once a run, read only.
struct HostFacts {
    std::vector<PhpFact> php;  ///< newest last
    std::string mariadbd;      ///< /usr/sbin/mariadbd; empty where not installed
    /// Changes with MariaDB and with the programs that make database images; 8 hex digits.
    std::string image_tools;
    /// Changes with the programs that compile WordPress in advance; 8 hex digits.
    std::string opcode_tools;
    std::string nginx;   ///< /usr/sbin/nginx; empty where not installed
    std::string uplink;  ///< device of the default route; empty without one
    unsigned uplink_mtu = 1500;
    std::vector<UsedRange> used;  ///< routes and addresses of the host, without our own links
    std::map<std::string, Cidr> bridges{};  ///< networks of bridges of ours that are there, by name
    std::vector<Ipv4> addresses;            ///< of the host, without loopback and our own links
    std::vector<Ipv4> resolvers;            ///< upstream resolvers, never 127.0.0.0/8
    /// Text of the nginx file, not ours, that claims default_server for a port we listen on; empty
    /// where none does.
    std::string foreign_default_server;
    /// Each source that was asked for, or the reason why it cannot be used.
    std::map<CoreSource, std::expected<CoreFact, std::string>> cores;
    std::map<std::string, unsigned> group_ids;  ///< gid of www-data
    /// Why the disk of a site cannot be limited; empty where it can.
    std::string no_quotas{};
    /// Changes with this program: another version may make something else from the same files.
    std::string program{};
    std::string
        boot{};  ///< changes with each boot: what is on a disk may be older than what was read
    std::vector<std::string>
        missing;        ///< what is needed and not there, each with the package that holds it
    Passage passage{};  ///< what other firewalls do to the sites
};

}  // namespace wpns
