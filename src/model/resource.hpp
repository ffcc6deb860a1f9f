#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/address.hpp"
#include "model/address6.hpp"
#include "model/names.hpp"
#include "model/passage.hpp"
#include "model/site_config.hpp"

namespace wpns {

/// The kinds of things a site owns, in the order in which they come into being where nothing else
/// decides.
enum class Kind {
    account,
    directory,
    quota,
    core,
    opcodes,
    file,
    netns,
    firewall,
    accept,
    bridge,
    link,
    database,
    unit,
    wordpress,
    vhost
};

[[nodiscard]] std::string_view to_string(Kind kind);
/// The kind of that name, or nothing.
[[nodiscard]] std::optional<Kind> parse_kind(std::string_view text);

/// "open", "web", "allow", "none" or "quarantine", and back.
[[nodiscard]] std::string_view to_string(Egress egress);
[[nodiscard]] std::optional<Egress> parse_egress(std::string_view text);

/// Names one resource of one site. `site` is empty for what belongs to the host as a whole
/// (firewall table, sysctl).
struct ResourceKey {
    Kind kind = Kind::file;
    std::string id;  ///< account name, path, namespace, link or unit name
    std::string site;

    auto operator<=>(const ResourceKey&) const = default;
    /// "file /etc/wpns/rendered/site-a/my.cnf"
    [[nodiscard]] std::string str() const;
};

/// A locked system account with a group of its own and neither home nor shell.
struct Account {
    std::uint32_t uid = 0;  ///< gid is the same
    bool operator==(const Account&) const = default;
};

struct Directory {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t mode = 0755;
    bool operator==(const Directory&) const = default;
};

/// What everything below a directory may take on its disk together, whoever owns it.
struct Quota {
    std::uint64_t bytes = 0;  ///< 0: no limit
    std::uint64_t files = 0;  ///< files, directories and links
    std::uint64_t used = 0;   ///< observed: bytes
    bool operator==(const Quota& other) const {
        return bytes == other.bytes && files == other.files;
    }
};

/// A root-world file, or a symbolic link when `link_target` is not empty.
struct File {
    std::string content;
    std::string link_target;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t mode = 0644;
    bool operator==(const File&) const = default;
};

/// A read-only WordPress tree shared by all sites of that version: /var/lib/wpns/core/ID, copied
/// from the directory `source` with links resolved, or unpacked from the archive or URL `source`,
/// without wp-config.php. The texts are what making it takes and are not compared.
struct Core {
    std::string source;
    std::string version;
    std::string sha256{};    ///< of the archive; empty for a directory
    std::string download{};  ///< rendered unit text that a download runs under; empty without one
    std::string unpack{};    ///< rendered unit text that the unpacker runs under
    std::vector<std::string> unpacker{};  ///< program and arguments
    bool operator==(const Core& other) const {
        return source == other.source && version == other.version && sha256 == other.sha256;
    }
};

/// What PHP's compiler makes of a read-only WordPress tree, for one build of PHP: root's files, the
/// same for every site of that combination, which the id names. It holds nothing of any site. The
/// texts are what making it takes and are not compared.
struct Opcodes {
    std::string unit{};               ///< rendered unit text that the compiler runs under
    std::vector<std::string> argv{};  ///< program and arguments
    bool operator==(const Opcodes&) const { return true; }
};

/// A named network namespace with `lo` up and IPv6 off but for what a link of ours turns on.
struct Netns {
    bool operator==(const Netns&) const = default;
};

/// What the links of the sites of one group lead to on the host, and their gateway.
struct Bridge {
    names::LinkName name;
    Mac mac;
    Ipv4 address;
    unsigned prefix = 0;
    unsigned prefix6 = 0;  ///< of the one below; 0: IPv6 is off
    Ipv6 address6{};
    bool operator==(const Bridge&) const = default;
};

/// The whole layer 3 set-up of one site: a veth pair with both ends in their places.
struct Link {
    names::LinkName host_end;
    names::LinkName site_end;
    std::string netns;  ///< name of the namespace that holds site_end
    Ipv4 host_address;  ///< gateway of the site: on the host end, or on the bridge
    Ipv4 site_address;
    unsigned prefix = 30;
    Mac host_mac;
    Mac site_mac;
    unsigned mtu = 1500;
    std::uint64_t up = 0;    ///< bits a second from the site at most; 0: no limit
    std::uint64_t down = 0;  ///< to the site
    unsigned prefix6 = 0;    ///< of the site's below, 128 in a group; 0: IPv6 is off
    Ipv6 host_address6{};
    Ipv6 site_address6{};
    std::string bridge{};  ///< of its group, which the host end is a port of; empty: none
    bool operator==(const Link&) const = default;
};

/// The static part of table inet wpns: chains, sets and rules; `digest` is the SHA-256 of its text.
struct FirewallTable {
    std::string text;  ///< as it is loaded; empty when observed
    std::string digest;
    bool forwarding = true;  ///< the host passes on what the table is for: IPv4, IPv6
    bool ipv6 = false;       ///< the table is for IPv6 too; says what `forwarding` is about
    bool groups = false;     ///< it has a place for sites in groups
    bool operator==(const FirewallTable& other) const {
        return digest == other.digest && forwarding == other.forwarding;
    }
};

/// Of a site in a group, whose packets come to the host by a bridge that others use too.
struct FirewallPort {
    std::string bridge;  ///< empty: it is in no group
    std::string port;    ///< name of the host end
    Mac mac;             ///< of the site's end
    bool operator==(const FirewallPort&) const = default;
};

/// What the firewall knows of one site: elements of maps and sets, no chain or rule of its own.
struct FirewallSite {
    /// What its packets are known by: the name of the host end; in a group the site's address.
    std::string link;
    Ipv4 address;
    Ipv4 gateway;
    Egress egress = Egress::open;
    std::vector<AllowBox> allowed{};  ///< of the networks in its allow list: boxes_of
    std::string names{};              ///< of the host names in its allow list: names_digest
    Ipv4 source_address{};            ///< what it leaves the host by; zero: what the route gives
    unsigned connections = 0;         ///< most at a time; 0: no limit
    Ipv6 address6{};                  ///< zero: no IPv6
    Ipv6 gateway6{};
    FirewallPort port{};  ///< of a site in a group
    bool operator==(const FirewallSite&) const = default;
};

/// An initialised MariaDB data directory with the schema, the user and the tables of WordPress: a
/// clone of an image, which the first site that wants it makes. The texts are what making it takes;
/// once it is there, they do not count: a directory that holds data is never initialised again.
struct Database {
    std::string image;    ///< /var/lib/wpns/images/ID; names everything that goes into it
    std::string sandbox;  ///< rendered unit text whose properties the making of an image runs under
    std::vector<std::string> argv;  ///< the program that makes an image, and its arguments
    std::string input;              ///< its standard input
    std::uint32_t uid = 0;
    bool operator==(const Database&) const { return true; }
};

/// One systemd unit. What is observed is `active`, `enabled` and `failed`; what it reads is in
/// `inputs`.
struct Unit {
    bool active = true;
    bool enabled = false;  ///< has an [Install] section that is carried out
    bool failed = false;   ///< observed: it has ended badly
    /// Wanted: it comes up when somebody connects to a socket, so it may be stopped as well.
    bool on_demand = false;
    /// Files and namespaces; when one changes, a running unit is restarted.
    std::vector<ResourceKey> inputs;
    /// SHA-256 over key and content digest of each input, by who makes desired state.
    std::string inputs_digest;
    bool reload = false;  ///< reload instead of restart
    bool operator==(const Unit& other) const {
        return active == other.active && enabled == other.enabled;
    }
};

/// An installed WordPress: tables, administrator, permalinks, wp-content. What WordPress itself
/// changes later (title, e-mail) belongs to the site and is not compared.
struct Wordpress {
    std::string sandbox;  ///< rendered unit text whose properties the installer runs under
    std::string title;
    std::string admin_user;
    std::string admin_email;
    std::string locale;
    std::string url;
    CoreMode core = CoreMode::managed;
    bool operator==(const Wordpress&) const { return true; }
};

/// The site's server block in the host's nginx: a file that `nginx -t` must accept before nginx is
/// told.
struct Vhost {
    std::string content;
    /// Where a visitor of this host would ask, and for whom; an empty domain is not asked for.
    Ipv4 address{};
    std::uint16_t port = 80;
    std::string domain{};
    bool closed = false;  ///< visitors are turned away: 503
    bool operator==(const Vhost& other) const { return content == other.content; }
};

using Resource = std::variant<Account, Directory, Quota, Core, Opcodes, File, Netns, FirewallTable,
                              FirewallSite, Accept, Bridge, Link, Database, Unit, Wordpress, Vhost>;

/// The first 16 hex digits of the SHA-256 over key and resource in a canonical text; the registry
/// keeps it. The same in every version of the program, or an upgrade would restart all sites. It
/// covers what `==` compares, and of a unit also `reload`, `inputs` and `inputs_digest`.
/// Secrets do not show in it.
[[nodiscard]] std::string digest_of(const ResourceKey& key, const Resource& resource);

/// How `observed` differs from `wanted`, for a person ("mode 0644, wanted 0640"); never shows file
/// contents. Empty when they are equal.
[[nodiscard]] std::string difference(const Resource& wanted, const Resource& observed);

}  // namespace wpns
