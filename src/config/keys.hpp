#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/value.hpp"
#include "model/host_config.hpp"
#include "model/site_config.hpp"

namespace wpns::config {

/// Where a key of a site may be written.
enum class Scope {
    site,    ///< in the site's own file only: it names one site
    shared,  ///< there, and below [site] in wpns.toml as the default of all sites
};

/// One key of a file: how it gets into the values and out of them.
template <typename Target>
struct Key {
    std::string path;  ///< with dots: "php.max_children"
    Scope scope;
    std::function<void(const Value&, Target&)> read;  ///< leaves the target alone when it refuses
    std::function<std::string(const Target&)>
        write;  ///< as TOML; empty when there is nothing to write
};

/// Every key of a site file: those without a table first, then table by table.
[[nodiscard]] const std::vector<Key<SiteConfig>>& site_keys();
/// Every key of wpns.toml; among them "site." and each shared key of a site.
[[nodiscard]] const std::vector<Key<HostConfig>>& host_keys();

}  // namespace wpns::config
