#pragma once

#include <array>
#include <string>

#include "model/address.hpp"
#include "model/site_name.hpp"

namespace wpns {

/// Every name and path that follows from a site's name: the one place that knows them. All are
/// plain concatenations of validated parts except the link names, which must fit into 15
/// characters.
namespace names {

inline constexpr const char* etc_dir = "/etc/wpns";
inline constexpr const char* rendered_root = "/etc/wpns/rendered";
inline constexpr const char* state_dir = "/var/lib/wpns";
inline constexpr const char* core_dir = "/var/lib/wpns/core";
/// Among the rendered files of a site: model/given.hpp.
inline constexpr const char* given_file = "given.toml";
/// Among them where the site may be parked: how many seconds nobody must have come before.
inline constexpr const char* idle_file = "idle";
/// Among them: the sandbox in which programs run as the site.
inline constexpr const char* exec_file = "exec.service";
inline constexpr const char* images_dir = "/var/lib/wpns/images";
inline constexpr const char* opcodes_dir = "/var/lib/wpns/opcodes";
inline constexpr const char* downloads_dir = "/var/lib/wpns/downloads";
/// A file for each site whose WordPress is installed when somebody first comes: apply/owed.hpp.
/// units/ names it too.
inline constexpr const char* owed_dir = "/var/lib/wpns/owed";
inline constexpr const char* unit_dir = "/etc/systemd/system";
inline constexpr const char* sandbox_root = "/usr/share/wpns/sandbox";
inline constexpr const char* vhost_dir = "/etc/nginx/wpns.d";
/// In a data directory: WordPress is there as a whole.
inline constexpr const char* installed_file = "wordpress.installed";
/// Below a data directory, what MariaDB and nginx write when they start. It is counted apart, so
/// that a site that is full still starts.
inline constexpr std::array<const char*, 2> counted_apart = {"/tmp/database", "/tmp/web"};
inline constexpr const char* resolve_timer = "wpns-resolve.timer";
inline constexpr const char* verify_timer = "wpns-verify.timer";
inline constexpr const char* resolve_service = "wpns-resolve.service";
inline constexpr const char* firewall_watch = "wpns-firewall-watch.service";
inline constexpr const char* accept_service = "wpns-accept.service";
inline constexpr const char* netns_holder = "wpns-netns-holder.service";
inline constexpr const char* backup_timer = "wpns-backup.timer";
inline constexpr const char* prove_timer = "wpns-prove.timer";
inline constexpr const char* prune_timer = "wpns-prune.timer";
inline constexpr const char* idle_timer = "wpns-idle.timer";
/// Where other firewalls take accepts: Docker's chain for rules of the admin, and ufw's own rules.
inline constexpr const char* in_docker = "DOCKER-USER";
inline constexpr const char* in_ufw = "ufw";
/// The file that comes with the program and keeps systemd-networkd away from our links. networkd
/// goes by the first one by name that matches a link.
inline constexpr const char* networkd_file = "00-wpns.network";
/// Interface group of every host end: one integer compare tells our traffic from all other.
inline constexpr unsigned link_group = 0x7770;
/// Host ends that are being removed: the kernel deletes a group at once, and the firewall lets
/// nothing out of it.
inline constexpr unsigned leaving_group = 0x7771;

/// "sha256-" and the first 16 digits: the tree that is made from the archive with that SHA-256.
[[nodiscard]] std::string core_id(const std::string& sha256);

[[nodiscard]] std::string account(const SiteName& site);     ///< wp-NAME: PHP, web, files
[[nodiscard]] std::string db_account(const SiteName& site);  ///< wp-NAME-db: MariaDB
[[nodiscard]] std::string rendered_dir(const SiteName& site);
[[nodiscard]] std::string owed_path(const SiteName& site);
[[nodiscard]] std::string run_dir(
    const SiteName& site);  ///< /run/wpns/NAME, root's; holds the three sockets
[[nodiscard]] std::string web_socket(const SiteName& site);  ///< visitors come by this one
[[nodiscard]] std::string php_socket(const SiteName& site);  ///< of PHP-FPM
[[nodiscard]] std::string netns_path(const SiteName& site);  ///< /run/netns/NAME
[[nodiscard]] std::string vhost_path(const SiteName& site);
/// "wpns-php@NAME.service" for unit(site, "php", "service").
[[nodiscard]] std::string unit(const SiteName& site, const std::string& role,
                               const std::string& type);
/// Whether that unit may be down while the site rests: MariaDB, PHP and the web server, which their
/// sockets start, and MariaDB's port, which it brings with it.
[[nodiscard]] bool is_of_awake(const SiteName& site, const std::string& unit);
/// What listens on port 3306 in the namespace of the site.
[[nodiscard]] std::string database_port(const SiteName& site);
[[nodiscard]] std::string target(const SiteName& site);  ///< wpns@NAME.target
/// The slice with the dashes of the name escaped, so that it is a child of wpns.slice
/// (systemd.slice(5)).
[[nodiscard]] std::string slice(const SiteName& site);
/// Where the sockets of a site and the unit of its network stand, with those of some 16 others
/// whose accounts have numbers near `uid`. systemd looks at everything that stands beside a unit
/// each time that it runs a program for it, an address of a socket included (cgroup.c,
/// unit_add_family_to_cgroup_realize_queue); by itself it puts all units of one kind side by side.
[[nodiscard]] std::string listening_slice(std::uint32_t uid);
/// The child of slice(site) in which a restore runs its programs, so that they can be ended all at
/// once.
[[nodiscard]] std::string staging_slice(const SiteName& site);
/// The slice in which a backup of the site is restored for a test. Not the site's own, which must
/// not pay for it: a child of wpns-_proof.slice, which no site can be called.
[[nodiscard]] std::string proof_slice(const SiteName& site);

/// Where restic runs: for a site, so that what a killed run has left can be ended, and for the host
/// as a whole, the parent of these.
[[nodiscard]] std::string repository_slice(const SiteName& site);
inline constexpr const char* repository_slice_of_host = "wpns-_repository.slice";

/// A link name of at most 15 characters (IFNAMSIZ - 1) and the full name, which is the same where
/// it fits.
struct LinkName {
    std::string name;
    std::string full;
    bool operator==(const LinkName&) const = default;
};
/// veth0-NAME on the host. A name that does not fit becomes veth0-_ and eight base32 digits of its
/// SHA-256; no site name holds '_', so a short name never meets a full one.
[[nodiscard]] LinkName host_link(const SiteName& site);
[[nodiscard]] LinkName site_link(const SiteName& site);  ///< veth1-NAME inside

/// The bridge of a group: wpbr-GROUP, shortened in the same way.
[[nodiscard]] LinkName bridge(const std::string& group);
/// One for the bridges of all groups: each is alone on its network, and it never changes.
[[nodiscard]] Mac bridge_mac();

[[nodiscard]] Mac host_mac(const SiteName& site);  ///< of the host's end
[[nodiscard]] Mac site_mac(const SiteName& site);  ///< of the site's end where its file names none

}  // namespace names
}  // namespace wpns
