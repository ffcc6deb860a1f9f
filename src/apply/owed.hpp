#pragma once

#include <map>
#include <string>

#include "host/host.hpp"
#include "model/site_name.hpp"

/// Installations that are put off until somebody comes. Nothing of a new site that may be parked
/// needs to run before that: of a crowd of them only a few are woken at once. What the installer
/// will need is written down in a file of root's; while that is there, wpns-install@NAME.service
/// comes before PHP (units/), and no task runs.
namespace wpns::apply {

/// What is owed to a site.
struct Owed {
    std::string marker;   ///< path of the file that says that WordPress is installed
    std::string request;  ///< see install_request; holds no password, but its hash
    bool operator==(const Owed&) const = default;
};

/// Durable when it returns; all or some where it throws.
void owe(host::Files& files, const std::map<SiteName, Owed>& sites);

[[nodiscard]] bool is_owed(const host::Files& files, const SiteName& site);

/// Forgets it; fine where nothing is owed.
void forget_owed(host::Files& files, const SiteName& site);

/// For the unit: runs the installer by the site's rendered sandbox, writes the marker, and forgets.
/// Nothing where nothing is owed. Throws Error where it fails, and then it is owed still: the next
/// visit tries again.
void pay(const host::Host& host, const SiteName& site);

/// Has systemd do it for whoever needs files or database of a site; nothing where nothing is owed.
/// Throws Error{failed} where it is owed afterwards too.
void have_installed(const host::Host& host, const SiteName& site);

}  // namespace wpns::apply
