#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "model/site_name.hpp"

/// Stopping and starting the services of sites while their sockets listen on.
namespace wpns::apply {

/// Stops web server, PHP and database of these sites, in this order: whoever is being served is
/// served to the end, whoever comes meanwhile waits until his site is up again. By site: an empty
/// text where everything is down afterwards, else why not. Throws Error where systemd does not
/// answer.
[[nodiscard]] std::map<SiteName, std::string> park(const host::Host& host,
                                                   std::span<const SiteName> sites);

/// Starts what does not run, at once, and counts as a visit. By site: empty where all runs
/// afterwards, else why not.
[[nodiscard]] std::map<SiteName, std::string> wake(const host::Host& host,
                                                   std::span<const SiteName> sites);

/// The sites of which something runs although nobody has come for as long as their limit says, or
/// nothing but the database does, and nobody is connected, and no task, program or worker of theirs
/// is at work.
[[nodiscard]] std::vector<SiteName> idle_sites(const host::Host& host);

/// Has MariaDB's port listen at some sites that may be parked, where it does not yet and visitors
/// are waited for, as after a boot; a site that wakes has brought its own. `tried` are the units
/// that are left out, and gets those that were begun with. False when there is none left.
[[nodiscard]] bool open_some_ports(const host::Host& host, std::set<std::string>& tried);

}  // namespace wpns::apply
