#pragma once

#include <expected>
#include <set>
#include <string>
#include <vector>

#include "desired/templates.hpp"
#include "model/facts.hpp"
#include "model/host_config.hpp"
#include "model/registry.hpp"
#include "model/state.hpp"

/// From settings and allocations to the resources that should exist: pure.
namespace wpns::desired {

/// What every site is built from.
struct Inputs {
    const HostConfig& host;
    const HostFacts& facts;
    const Templates& templates;
    bool groups = false;  ///< some site is in one
};

/// All resources of one site with their needs, or the reason why it cannot be built (a PHP that is
/// not installed, a template that does not fill).
[[nodiscard]] std::expected<Desired, std::string> for_site(const Inputs& inputs,
                                                           const SiteName& site,
                                                           const SiteConfig& config,
                                                           const SiteRecord& record);

/// Adds to `desired` what such a site wants of the host and `desired` does not hold yet, or gives
/// the reason why it cannot be built. for_site gives it too; this renders nothing of the site.
[[nodiscard]] std::expected<void, std::string> add_shared(const Inputs& inputs,
                                                          const SiteName& site,
                                                          const SiteConfig& config,
                                                          const SiteRecord& record,
                                                          Desired& desired);

/// The quota of a site whose `limits.disk` is so many bytes.
[[nodiscard]] Quota quota(std::uint64_t disk);

/// That of each of names::counted_apart: it does not last, and a full site needs it to start, to
/// show a page and to be dumped.
[[nodiscard]] Quota temporary_quota(std::uint64_t disk);

/// Whether any site is parked when it is idle.
enum class Idling { none, some };

/// What the host as a whole needs as long as there is a site: directories, forwarding, the firewall
/// table, nginx's catch-all server, timers, and a core tree for each of `sources` that can be used.
[[nodiscard]] std::expected<Desired, std::string> for_host(const Inputs& inputs,
                                                           const std::set<CoreSource>& sources,
                                                           Idling idling);

/// The text of the unit whose properties `wpns exec` and the installer run under.
[[nodiscard]] std::expected<std::string, std::string> exec_unit(const Inputs& inputs,
                                                                const SiteName& site,
                                                                const SiteConfig& config,
                                                                const SiteRecord& record);

/// A place beside the live one where database and files of a site are built from a backup.
struct Staging {
    std::string data;     ///< holds www and mysql as the site's data directory does
    std::string run_dir;  ///< holds the socket of the database that runs there
    std::string slice;    ///< what is started for it runs in this one
};

/// The sandboxes of a site with these directories in the place of its own.
struct StagingUnits {
    std::string exec;
    std::string dbinit;
    std::string mysqld;
    std::vector<std::string> dbinit_argv;
    std::string files;     ///< path on the host of what the site may write
    std::string files_at;  ///< the same inside the sandbox
};
[[nodiscard]] std::expected<StagingUnits, std::string> staging_units(const Inputs& inputs,
                                                                     const SiteName& site,
                                                                     const SiteConfig& config,
                                                                     const SiteRecord& record,
                                                                     const Staging& staging);

/// For whom restic runs, and what it backs up.
struct Repository {
    std::string slice;
    std::string directory;  ///< what is backed up is in it; "/" where nothing is
};

/// The text of the unit in which restic works on the configured repository.
[[nodiscard]] std::expected<std::string, std::string> repository_unit(const Inputs& inputs,
                                                                      const Repository& what);

/// The text of a unit that sees nothing but its standard input: for looking into an archive.
[[nodiscard]] std::expected<std::string, std::string> reader_unit(const Inputs& inputs);

}  // namespace wpns::desired
