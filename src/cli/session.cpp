#include "cli/session.hpp"

#include <algorithm>
#include <future>
#include <tuple>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/config_files.hpp"
#include "cli/template_files.hpp"
#include "model/allocate.hpp"

namespace wpns::cli {
namespace {

std::string all_problems(const std::vector<config::Problem>& problems) {
    std::string text;
    for (const auto& problem : problems) text += config::describe(problem);
    return text + std::to_string(problems.size()) +
           (problems.size() == 1 ? " problem" : " problems") + "; nothing was changed";
}

/// Why sites cannot leave the host by this address; empty where they can.
std::string source_problem(Ipv4 source, const std::vector<Ipv4>& addresses) {
    if (source == Ipv4{} || std::ranges::find(addresses, source) != addresses.end()) return {};
    std::vector<std::string> there;
    for (const Ipv4 address : addresses) there.push_back(address.str());
    return "network.source_address " + source.str() + " is no address of this host, which has " +
           (there.empty() ? "none" : join(there, ", "));
}

}  // namespace

/// Both the registry and the files grow with the sites, so they are read at once.
Session::Read Session::read(const host::Host& host, const std::string& dir) {
    auto config = std::async(std::launch::async, [&] { return read_config(host.files, dir); });
    auto registry = apply::RegistryFile(host.files).load();
    return {std::move(registry), config.get(), read_templates(host.files, dir)};
}

Session::Session(const Globals& globals, const host::Host& host, NoFiles no_files)
    : Session(globals, host, no_files, read(host, globals.config_dir)) {}

Session::Session(const Globals& globals, const host::Host& host, NoFiles no_files, Read read)
    : host_(host),
      config_dir_(globals.config_dir),
      registry_file_(host.files),
      registry_(std::move(read.registry)),
      config_(std::move(read.config)),
      templates_(std::move(read.templates)) {
    if (no_files == NoFiles::an_error)
        require_site_files(host.files, config_dir_, registry_.sites.size());
    if (!config_.problems.empty()) throw Error(ErrorKind::config, all_problems(config_.problems));
    registry_file_.require_complete(registry_, config_.host.data_dir);
}

Session::Session(const Globals& globals, const host::Host& host, Registry registry)
    : host_(host),
      config_dir_(globals.config_dir),
      registry_file_(host.files),
      registry_(std::move(registry)),
      config_(read_config(host.files, config_dir_)),
      templates_(read_templates(host.files, config_dir_)) {
    if (!config_.problems.empty()) throw Error(ErrorKind::config, all_problems(config_.problems));
}

const HostFacts& Session::facts() {
    if (!facts_) {
        std::set<CoreSource> sources;
        for (const auto& [name, site] : config_.sites)
            sources.insert({site.wordpress.source, site.wordpress.sha256});
        facts_ = host_.facts.gather(config_.host, {sources.begin(), sources.end()});
    }
    return *facts_;
}

desired::Inputs Session::inputs() {
    return {config_.host, facts(), templates_};
}

std::string Session::give_place(const SiteName& site, const SiteConfig& config,
                                Allocation& allocation) {
    const auto& group = config.network.group;
    if (!group.empty()) {
        const auto place = allocate_place(config_.host, registry_, facts(), site, group);
        if (!place) return place.error();
        const auto subnet6 = allocate_subnet6(config_.host, registry_, site, place->subnet, group);
        if (!subnet6) return subnet6.error();
        allocation.group = group;
        allocation.subnet = place->subnet;
        allocation.address = place->address;
        allocation.subnet6 = *subnet6;
        return {};
    }
    const auto subnet =
        allocate_subnet(config_.host, registry_, facts(), site, config.network.subnet);
    if (!subnet) return subnet.error();
    const auto subnet6 = allocate_subnet6(config_.host, registry_, site, *subnet);
    if (!subnet6) return subnet6.error();
    allocation.group.clear();
    allocation.address = Ipv4{};
    allocation.subnet = *subnet;
    allocation.subnet6 = *subnet6;
    return {};
}

std::expected<SiteRecord, std::string> Session::record_for(const SiteName& site,
                                                           const SiteConfig& config) {
    const auto known = registry_.sites.find(site);
    SiteRecord record = known == registry_.sites.end() ? SiteRecord{} : known->second;
    if (auto problem = give_place(site, config, record.allocation); !problem.empty())
        return std::unexpected(std::move(problem));
    // Until the run has moved the site, what it had is taken.
    if (known != registry_.sites.end() &&
        known->second.allocation.subnet != record.allocation.subnet)
        facts_->used.push_back(
            {known->second.allocation.subnet, "which site " + site.str() + " moves away from"});
    if (known == registry_.sites.end()) {
        const auto ids = allocate_ids(config_.host, registry_, host_.accounts.taken_ids());
        if (!ids) return std::unexpected(ids.error());
        std::tie(record.allocation.uid, record.allocation.db_uid) = *ids;
        record.allocation.seed = random_hex(32);
    }
    record.network.mtu = config.network.mtu != 0 ? config.network.mtu : facts().uplink_mtu;
    record.network.egress = config.network.egress;
    record.network.allow = config.network.allow;
    record.network.connections = config.network.connections;
    record.network.mac = config.network.mac.value_or(Mac{});
    record.network.up = config.network.up;
    record.network.down = config.network.down;
    record.network.source_address = config.network.source_address.value_or(Ipv4{});
    if (auto problem = source_problem(record.network.source_address, facts().addresses);
        !problem.empty())
        return std::unexpected(std::move(problem));
    record.domain = config.domain;
    record.idle_after = config.idle_after;
    return record;
}

}  // namespace wpns::cli
