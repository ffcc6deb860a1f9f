#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "apply/registry_file.hpp"
#include "config/config.hpp"
#include "desired/desired.hpp"
#include "host/host.hpp"

namespace wpns::cli {

/// What every verb takes from the command line.
struct Globals {
    std::string config_dir = "/etc/wpns";
    bool json = false;
    bool verbose = false;
    /// True when a signal has asked the run to stop.
    std::function<bool()> interrupted = [] { return false; };
};

/// What to think of a host with recorded sites and without a single site file: more likely a file
/// system that is not mounted than a wish. Verbs that take nothing away by themselves need not
/// care.
enum class NoFiles { an_error, fine };

/// One run of the program: registry, configuration and templates, read once; facts when they are
/// first needed.
class Session {
  public:
    /// Reads all; throws Error{config} with every problem of every file in the text when there are
    /// any.
    Session(const Globals& globals, const host::Host& host, NoFiles no_files = NoFiles::an_error);
    /// The same with a registry that is not on disk.
    Session(const Globals& globals, const host::Host& host, Registry registry);

    [[nodiscard]] const host::Host& host() const { return host_; }
    [[nodiscard]] const config::Config& config() const { return config_; }
    [[nodiscard]] Registry& registry() { return registry_; }
    [[nodiscard]] const Registry& registry() const { return registry_; }
    [[nodiscard]] apply::RegistryFile& registry_file() { return registry_file_; }
    [[nodiscard]] const HostFacts& facts();
    [[nodiscard]] desired::Inputs inputs();

    /// The record of a site, with numbers for a new one and with the network that its file asks
    /// for. In memory only. The reason where there are no numbers left or a pinned subnet is taken.
    [[nodiscard]] std::expected<SiteRecord, std::string> record_for(const SiteName& site,
                                                                    const SiteConfig& config);

  private:
    /// What is read from disk, at once.
    struct Read {
        Registry registry;
        config::Config config;
        desired::Templates templates;
    };
    static Read read(const host::Host& host, const std::string& dir);
    Session(const Globals& globals, const host::Host& host, NoFiles no_files, Read read);

    /// Subnet and address of a site; the reason where there are none left.
    [[nodiscard]] std::string give_place(const SiteName& site, const SiteConfig& config,
                                         Allocation& allocation);

    const host::Host& host_;
    std::string config_dir_;
    apply::RegistryFile registry_file_;
    Registry registry_;
    config::Config config_;
    desired::Templates templates_;
    std::optional<HostFacts> facts_;
};

}  // namespace wpns::cli
