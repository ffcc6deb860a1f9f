#include "cli/planning.hpp"

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "apply/parallel.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "desired/desired.hpp"
#include "desired/network.hpp"
#include "observe/observe.hpp"

namespace wpns::cli {
namespace {

/// Gathers the three states of the sites in scope.
class Planner {
  public:
    Planner(Session& session, const Scope& scope)
        : session_(session), scope_(scope), settling_(session, scope.memory), planned_{} {}

    Planned run() {
        require_known();
        find_leaving();
        require_programs();
        want_sites();
        for (const auto& name : planned_.leaving)
            merge_recorded(session_.registry().sites.at(name).resources);
        for (const auto& [name, why] : scope_.busy) exclude(name.str(), why);
        want_host();
        compare();
        return std::move(planned_);
    }

  private:
    [[nodiscard]] bool in_scope(const SiteName& name) const {
        return scope_.only.empty() || scope_.only.contains(name);
    }

    /// True for a site with a file that is to exist after the run.
    [[nodiscard]] bool stays(const SiteName& name) const {
        return in_scope(name) && !planned_.leaving.contains(name) && !scope_.leaving.contains(name);
    }

    void require_known() {
        for (const auto& name : scope_.only)
            if (!session_.config().sites.contains(name) &&
                !session_.registry().sites.contains(name))
                throw Error(ErrorKind::usage, "there is no site " + name.str(),
                            "wpns list shows the sites, wpns add makes one");
    }

    void find_leaving() {
        for (const auto& [name, record] : session_.registry().sites) {
            if (scope_.leaving.contains(name)) {
                planned_.leaving.insert(name);
            } else if (in_scope(name) && !session_.config().sites.contains(name)) {
                (scope_.prune ? planned_.leaving : planned_.orphans).insert(name);
            }
        }
    }

    /// All that is missing at once, before anything is touched; a removal needs none of it.
    void require_programs() {
        const bool builds = std::ranges::any_of(
            session_.config().sites, [&](const auto& site) { return stays(site.first); });
        if (builds && !session_.facts().missing.empty())
            throw Error(ErrorKind::missing,
                        "this host lacks:\n  " + join(session_.facts().missing, "\n  "));
    }

    /// Data is moved by a person, never by a changed setting.
    [[nodiscard]] bool data_elsewhere(const SiteRecord& record) const {
        const std::string data_dir = session_.config().host.data_dir + "/";
        return std::ranges::any_of(record.resources, [&](const auto& resource) {
            return resource.first.kind == Kind::database &&
                   !resource.first.id.starts_with(data_dir);
        });
    }

    /// A site that stays, and what it is made of.
    struct Site {
        const SiteName& name;
        const SiteConfig& config;
        SiteRecord record;
        std::optional<SiteRecord> before;  ///< as it was in the registry; nothing for a new site
        std::expected<Desired, std::string> wanted;
    };

    /// Numbers are given to one after the other; rendering is pure and takes most of the time of a
    /// plan, so all processors do it. What is settled takes part in nothing but the host's wishes.
    void want_sites() {
        std::vector<SiteName> staying;
        for (const auto& [name, config] : session_.config().sites)
            if (stays(name)) staying.push_back(name);
        const auto settled = settling_.among(staying, likely_of_host(staying));
        std::vector<Site> sites;
        for (const auto& name : staying)
            if (!settled.contains(name) || !share(name))
                give_record(sites, name, session_.config().sites.at(name));
        sites = with_mates(std::move(sites));
        const auto inputs = session_.inputs();
        const auto errors = apply::in_parallel(sites.size(), [&](std::size_t i) {
            Site& site = sites[i];
            site.wanted = desired::for_site(inputs, site.name, site.config, site.record);
        });
        for (std::size_t i = 0; i < sites.size(); ++i) {
            if (!errors[i].empty()) throw Error(ErrorKind::bug, errors[i]);
            want_site(sites[i]);
        }
        planned_.rendered = sites.size();
    }

    /// What the host needs where no site changes what it wants of it; nothing where that cannot be
    /// told yet.
    Desired likely_of_host(const std::vector<SiteName>& staying) {
        std::set<CoreSource> sources;
        for (const auto& name : staying) {
            const auto& wordpress = session_.config().sites.at(name).wordpress;
            sources.insert({wordpress.source, wordpress.sha256});
        }
        return staying.empty() ? Desired{} : of_host(sources).value_or(Desired{});
    }

    [[nodiscard]] std::expected<Desired, std::string> of_host(
        const std::set<CoreSource>& sources) const {
        auto inputs = session_.inputs();
        inputs.groups = any_stays_with(
            [](const SiteRecord& record) { return !record.allocation.group.empty(); });
        return desired::for_host(inputs, sources, idling());
    }

    /// What a settled site wants of the host.
    bool share(const SiteName& name) {
        const auto& config = session_.config().sites.at(name);
        const auto& record = session_.registry().sites.at(name);
        if (!desired::add_shared(session_.inputs(), name, config, record, desired_)) return false;
        sources_.insert({config.wordpress.source, config.wordpress.sha256});
        return true;
    }

    void give_record(std::vector<Site>& sites, const SiteName& name, const SiteConfig& config) {
        const auto record = session_.record_for(name, config);
        if (!record) return exclude(name.str(), record.error());
        if (data_elsewhere(*record))
            return exclude(name.str(),
                           "paths.data_dir was changed, but the data of this site is where it was");
        auto& records = session_.registry().sites;
        const auto known = records.find(name);
        const auto before = known == records.end() ? std::nullopt : std::optional(known->second);
        records.insert_or_assign(name, *record);  // whoever comes next is not given the same
        sites.push_back({name, config, *record, before, {}});
    }

    /// The sites of a group share one IPv6 network: with another pool they move together or not at
    /// all, and those that this run is not about stay where they are.
    bool parts_from_mates(const Site& site) {
        const Allocation& own = site.record.allocation;
        for (const auto& [mate, record] : session_.registry().sites) {
            const Allocation& other = record.allocation;
            if (own.group.empty() || own.group != other.group || stays(mate) ||
                planned_.leaving.contains(mate) || own.subnet6 == other.subnet6)
                continue;
            take_record_back(site);
            exclude(site.name.str(), "network.pool6 was changed, and the sites of group " +
                                         own.group + " share an IPv6 network: " + mate.str() +
                                         " would keep the old one; wpns sync takes all of them");
            return true;
        }
        return false;
    }

    [[nodiscard]] std::vector<Site> with_mates(std::vector<Site> sites) {
        std::vector<Site> staying;
        for (auto& site : sites)
            if (!parts_from_mates(site)) staying.push_back(std::move(site));
        return staying;
    }

    void take_record_back(const Site& site) {
        if (site.before)
            session_.registry().sites.insert_or_assign(site.name, *site.before);
        else
            session_.registry().sites.erase(site.name);
    }

    void want_site(Site& site) {
        if (!site.wanted) {
            take_record_back(site);
            return exclude(site.name.str(), site.wanted.error());
        }
        // Where the record itself is to change, the site is not as it was recorded.
        if (site.before && *site.before == site.record) compared_.push_back(site.name);
        merge_recorded(site.record.resources);
        desired_.merge(*site.wanted);
        sources_.insert({site.config.wordpress.source, site.config.wordpress.sha256});
    }

    void exclude(const std::string& site, const std::string& reason) {
        planned_.site_errors[site] = reason;
    }

    void merge_recorded(const Recorded& resources) {
        recorded_.insert(resources.begin(), resources.end());
    }

    /// What the host as a whole needs is wanted as long as any site stays. Only a run over
    /// everything may take away what no site uses any more.
    void want_host() {
        const auto& recorded = session_.registry().host;
        const bool whole =
            scope_.only.empty() && planned_.orphans.empty() && planned_.site_errors.empty();
        const bool any_stays = session_.registry().sites.size() > planned_.leaving.size();
        if (any_stays) {
            auto wanted = of_host(sources_);
            if (!wanted) return exclude("", wanted.error());
            desired_.merge(*wanted);
        }
        for (const auto& [key, digest] : recorded)
            if (!is_unknown(key, any_stays) &&
                (whole || !any_stays || desired_.contains(key) || is_left_alone(key)))
                recorded_.emplace(key, digest);
    }

    /// Where nobody can look at other firewalls, what is in them stays.
    [[nodiscard]] bool is_unknown(const ResourceKey& key, bool any_stays) const {
        return key.kind == Kind::accept && any_stays && !session_.facts().passage.known;
    }

    template <typename Has>
    [[nodiscard]] bool any_stays_with(Has has) const {
        return std::ranges::any_of(session_.registry().sites, [&](const auto& site) {
            return !planned_.leaving.contains(site.first) && has(site.second);
        });
    }

    /// A bridge goes with its last site, whatever the run is about: the registry knows them all.
    [[nodiscard]] bool is_left_alone(const ResourceKey& key) const {
        return key.kind == Kind::bridge && !any_stays_with([&](const SiteRecord& record) {
                   const auto bridge = desired::bridge(record);
                   return bridge && bridge->name.name == key.id;
               });
    }

    [[nodiscard]] desired::Idling idling() const {
        const bool some =
            any_stays_with([](const SiteRecord& record) { return record.idle_after != 0; });
        return some ? desired::Idling::some : desired::Idling::none;
    }

    void compare() {
        std::set<ResourceKey> keys;
        for (const auto& [key, wanted] : desired_) keys.insert(key);
        for (const auto& [key, digest] : recorded_) keys.insert(key);
        auto observed = settling_.take_observed(keys, desired_);
        observed.merge(observe::observe(session_.host(), keys, desired_));
        planned_.plan = plan::make_plan(desired_, recorded_, observed);
        settling_.remember(compared_, planned_.plan, observed);
        for (const auto& conflict : planned_.plan.conflicts)
            exclude(conflict.key.site, conflict.key.str() + ": " + conflict.reason);
        drop_excluded();
    }

    /// A site with a conflict is left exactly as it is; a new one keeps no number either.
    void drop_excluded() {
        std::erase_if(planned_.plan.actions, [&](const plan::Action& action) {
            return planned_.site_errors.contains(action.key.site) ||
                   planned_.site_errors.contains("");
        });
        std::erase_if(session_.registry().sites, [&](const auto& site) {
            return planned_.site_errors.contains(site.first.str()) && site.second.resources.empty();
        });
    }

    Session& session_;
    const Scope& scope_;
    Settling settling_;
    Planned planned_;
    Desired desired_;
    Recorded recorded_;
    std::set<CoreSource> sources_;
    std::vector<SiteName> compared_;
};

}  // namespace

Planned make_plan(Session& session, const Scope& scope) {
    return Planner(session, scope).run();
}

}  // namespace wpns::cli
