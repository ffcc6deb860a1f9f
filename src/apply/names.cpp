#include "apply/names.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "desired/network.hpp"
#include "model/private_ranges.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

using Answers = std::map<std::string, std::vector<AnyAddress>>;
using Targets = std::vector<ResolvedTarget>;

bool is_usable(const AnyAddress& address, const std::vector<AllowTarget>& allow) {
    return !is_private(address) || std::ranges::any_of(allow, [&](const AllowTarget& target) {
        return target.network && target.network->contains(address);
    });
}

/// What one site may reach by its names now, without two that hold the same packet: of two entries
/// for one address, the one for all ports wins.
class SiteNames {
  public:
    SiteNames(std::string link, const SiteRecord& record)
        : link_(std::move(link)),
          allow_(record.network.allow),
          ipv6_(record.allocation.subnet6.has_value()) {}

    /// True when the name has an address that may be used.
    bool add(const AllowTarget& target, const Answers& answers) {
        const auto found = answers.find(target.host);
        bool any = false;
        if (found == answers.end()) return any;
        for (const AnyAddress& address : found->second) {
            if (std::holds_alternative<Ipv6>(address) && !ipv6_) continue;
            if (!is_usable(address, allow_)) continue;
            any = true;
            for (const std::uint8_t protocol : protocols_of(target.transport))
                names_.try_emplace(AllowBox{AnyNetwork::of(address), protocol, target.port},
                                   target.host);
        }
        return any;
    }

    void put_into(Targets& targets) const {
        for (const auto& [box, name] : names_)
            if (box.port == 0 || !names_.contains(AllowBox{box.network, box.protocol, 0}))
                targets.push_back({link_, name, box});
    }

  private:
    std::string link_;
    const std::vector<AllowTarget>& allow_;
    bool ipv6_;
    std::map<AllowBox, std::string> names_;
};

/// The sites that a run is about, with what their names come to.
struct Wanted {
    std::map<std::string, std::set<std::string>> names;  ///< by link
    Targets targets;
    std::vector<std::string> unresolved;
};

std::vector<std::string> names_of(const Registry& registry, const std::set<std::string>& only) {
    std::set<std::string> names;
    for (const auto& [site, record] : registry.sites)
        if (only.empty() || only.contains(site.str()))
            for (const AllowTarget& target : record.network.allow)
                if (!target.host.empty()) names.insert(target.host);
    return {names.begin(), names.end()};
}

/// Nobody is asked for what no site could use.
host::Families families_of(const Registry& registry) {
    const bool any = std::ranges::any_of(registry.sites, [](const auto& site) {
        return site.second.allocation.subnet6.has_value();
    });
    return any ? host::Families::both : host::Families::ipv4;
}

Wanted wanted_of(const Registry& registry, const std::set<std::string>& only,
                 const Answers& answers) {
    Wanted wanted;
    for (const auto& [site, record] : registry.sites) {
        if (!only.empty() && !only.contains(site.str())) continue;
        const std::string link = desired::firewall_site(site, record).link;
        auto& names = wanted.names[link];
        SiteNames site_names(link, record);
        for (const AllowTarget& target : record.network.allow) {
            if (target.host.empty()) continue;
            names.insert(target.host);
            if (!site_names.add(target, answers))
                wanted.unresolved.push_back(site.str() + ": " + target.host);
        }
        site_names.put_into(wanted.targets);
    }
    return wanted;
}

bool overlap(const ResolvedTarget& one, const ResolvedTarget& other) {
    return one.link == other.link && one.box.network == other.box.network &&
           one.box.protocol == other.box.protocol &&
           (one.box.port == other.box.port || one.box.port == 0 || other.box.port == 0);
}

/// What is there and has to go: names that are wanted no more, and what the new ones replace. A
/// time-out cannot be moved, so that what stays is put anew.
Targets leaving(const Targets& present, const Wanted& wanted) {
    Targets gone;
    std::ranges::copy_if(present, std::back_inserter(gone), [&](const ResolvedTarget& target) {
        const auto site = wanted.names.find(target.link);
        if (site == wanted.names.end()) return false;
        return !site->second.contains(target.name) ||
               std::ranges::any_of(wanted.targets,
                                   [&](const ResolvedTarget& put) { return overlap(put, target); });
    });
    return gone;
}

}  // namespace

bool has_names(const Registry& registry) {
    return !names_of(registry, {}).empty();
}

std::vector<std::string> refresh_names(const host::Host& host, const Registry& registry,
                                       const std::set<std::string>& only) {
    const auto names = names_of(registry, only);
    const auto answers =
        names.empty() ? Answers{} : host.resolver.look_up(names, families_of(registry), 10s);
    const Wanted wanted = wanted_of(registry, only, answers);
    constexpr int tries = 3;
    for (int round = 1;; ++round) {
        const Targets gone = leaving(host.firewall.resolved(), wanted);
        if (gone.empty() && wanted.targets.empty()) return wanted.unresolved;
        try {
            host.firewall.change_resolved(wanted.targets, gone);
            return wanted.unresolved;
        } catch (const Error& error) {
            // One may have timed out between the listing and the change.
            if (round == tries || error.kind() != ErrorKind::failed) throw;
        }
    }
}

}  // namespace wpns::apply
