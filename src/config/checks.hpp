#pragma once

#include <string>
#include <vector>

#include "config/document.hpp"
#include "model/host_config.hpp"
#include "model/site_config.hpp"
#include "model/site_name.hpp"

/// Rules that look at more than one value: of one file, or of all files.
namespace wpns::config {

/// A site file with what was read from it.
struct SiteFile {
    SiteName name;
    Document document;
    SiteConfig values;
    std::string digest;  ///< SHA-256 of the file
};

/// Limits that contradict each other and a missing checksum, as far as this file has a part in it.
/// `front` is "site." in wpns.toml, empty in a site file.
void check_site_values(Document& document, const std::string& front, const SiteConfig& values);

/// A source below what belongs to other sites: it would show their files to this one.
void check_source(Document& document, const std::string& front, const SiteConfig& values,
                  const HostConfig& host);

/// Address ranges, directories and account numbers of wpns.toml.
void check_host_values(Document& document, const HostConfig& host);

/// What two sites cannot share, and pinned subnets and sources that do not fit the host's settings.
/// `host_is_sound` is false when wpns.toml has problems: sites are then not measured by it.
void check_across(std::vector<SiteFile>& sites, const HostConfig& host, bool host_is_sound);

}  // namespace wpns::config
