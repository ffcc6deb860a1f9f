#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "host/host.hpp"

namespace wpns::cli {

/// DIR/wpns.toml and every DIR/sites.d/NAME.toml; hidden files and names with another ending are no
/// site files. Throws Error{config} where a file cannot be read. `extra` is a site file that is
/// checked with the others before it is written.
[[nodiscard]] config::Config read_config(const host::Files& files, const std::string& dir,
                                         const std::optional<config::Source>& extra = std::nullopt);

/// Error{config} where DIR/sites.d is missing or holds no site file while `sites_recorded` says
/// that there should be some: that is more likely a mistake than a wish.
void require_site_files(const host::Files& files, const std::string& dir,
                        std::size_t sites_recorded);

/// Error{config} with every problem, where there are any.
void require_fine(const config::Config& config);

/// These files alone, as somebody who may not be root; ownership does not matter. A file called
/// wpns.toml is the host's.
[[nodiscard]] config::Config read_config_files(const std::vector<std::string>& paths);

/// DIR/sites.d/NAME.toml
[[nodiscard]] std::string site_file(const std::string& dir, const SiteName& site);

/// Takes away what a killed run has left beside the site files before it had the name of one.
void sweep_site_files(host::Files& files, const std::string& dir);

}  // namespace wpns::cli
