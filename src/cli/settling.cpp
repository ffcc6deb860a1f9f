#include "cli/settling.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <span>

#include "apply/parallel.hpp"
#include "base/digest.hpp"
#include "desired/inputs.hpp"
#include "desired/network.hpp"
#include "observe/observe.hpp"
#include "plan/settled.hpp"

namespace wpns::cli {
namespace {

constexpr const char* cache_dir = "/var/cache/wpns";
constexpr const char* cache_file = "/var/cache/wpns/settled";

/// So many sites are looked at in one go: they share the way to their directories.
constexpr std::size_t bunch = 64;

bool is_roots(const File& file) {
    return file.link_target.empty() && file.uid == 0 && (file.mode & 0022U) == 0;
}

/// What observing needs to know of what is wanted.
Desired network_of(const SiteName& name, const SiteRecord& record) {
    const Link link = desired::link(name, record);
    Desired wanted;
    wanted.emplace(ResourceKey{Kind::link, link.host_end.name, name.str()}, Wanted{link, {}});
    wanted.emplace(ResourceKey{Kind::netns, name.str(), name.str()}, Wanted{Netns{}, {}});
    return wanted;
}

/// The stamps of each of the sites, in their order; all of them in one look.
std::vector<Stamps> look_at_bunch(const Session& session, std::span<const SiteName> sites) {
    std::vector<std::string> paths;
    std::vector<std::size_t> sizes;
    for (const auto& site : sites) {
        auto more = plan::stamped_paths(session.registry().sites.at(site));
        sizes.push_back(more.size());
        std::ranges::move(more, std::back_inserter(paths));
    }
    const Stamps all = session.host().files.stamps(paths);
    std::vector<Stamps> result;
    auto next = all.of.begin();
    for (const auto size : sizes) {
        const auto end = next + static_cast<std::ptrdiff_t>(size);
        result.push_back({all.taken, {next, end}});
        next = end;
    }
    return result;
}

}  // namespace

/// An Error is kept for the full comparison, which runs into it too and can say whose it is.
Settling::Seen Settling::look_at(const std::vector<SiteName>& sites) const {
    const auto bunches = (sites.size() + bunch - 1) / bunch;
    std::vector<std::vector<Stamps>> found(bunches);
    (void)apply::in_parallel(bunches, [&](std::size_t i) {
        const auto rest = std::span(sites).subspan(i * bunch);
        found[i] = look_at_bunch(session_, rest.first(std::min(bunch, rest.size())));
    });
    Seen seen;
    for (std::size_t i = 0; i < bunches; ++i)
        for (std::size_t j = 0; j < found[i].size(); ++j)
            seen.emplace_hint(seen.end(), sites[i * bunch + j], std::move(found[i][j]));
    return seen;
}

void Settling::observe(const std::vector<SiteName>& sites, const Desired& host) {
    asked_with_ = host;
    for (const auto& [key, wanted] : host) asked_.insert(key);
    for (const auto& site : sites) {
        const auto& record = session_.registry().sites.at(site);
        std::ranges::move(plan::observed_keys(record), std::inserter(asked_, asked_.end()));
        asked_with_.merge(network_of(site, record));
    }
    observed_ = observe::observe(session_.host(), asked_, asked_with_);
}

Observed Settling::take_observed(std::set<ResourceKey>& keys, const Desired& desired) {
    Observed found;
    std::erase_if(keys, [&](const ResourceKey& key) {
        if (!asked_.contains(key)) return false;
        const auto with = asked_with_.find(key);
        const auto wanted = desired.find(key);
        if (with != asked_with_.end() &&
            (wanted == desired.end() || with->second.value != wanted->second.value))
            return false;
        found.insert(observed_.extract(key));
        return true;
    });
    return found;
}

std::string Settling::fingerprint(const SiteName& site, const Stamps& stamps,
                                  const Observed& observed) const {
    return plan::fingerprint(
        {site, session_.registry().sites.at(site), world_, session_.config().digests.at(site)},
        stamps, observed);
}

std::set<SiteName> Settling::among(const std::vector<SiteName>& sites, const Desired& host) {
    if (memory_ == Memory::none) return {};
    world_ = sha256_hex(session_.registry().lineage + "\n" +
                        desired::digest_of(session_.inputs(), session_.config().host_digest));
    std::vector<SiteName> recorded;
    std::ranges::copy_if(sites, std::back_inserter(recorded), [&](const SiteName& site) {
        const auto record = session_.registry().sites.find(site);
        return record != session_.registry().sites.end() && !record->second.resources.empty();
    });
    known_ = load();
    std::vector<SiteName> likely;
    if (memory_ == Memory::trusted)
        std::ranges::copy_if(recorded, std::back_inserter(likely),
                             [&](const SiteName& site) { return known_.sites.contains(site); });
    // Files on the one hand, network and units on the other: neither waits for the other.
    auto stamps = std::async(std::launch::async, [&] { return look_at(recorded); });
    if (!likely.empty()) observe(likely, host);
    seen_ = stamps.get();
    std::erase_if(likely, [&](const SiteName& site) {
        const auto seen = seen_.find(site);
        return seen == seen_.end() || seen->second.taken < known_.taken;
    });
    return same_as_known(likely);
}

std::set<SiteName> Settling::same_as_known(const std::vector<SiteName>& sites) const {
    std::vector<char> same(sites.size());
    const auto errors = apply::in_parallel(sites.size(), [&](std::size_t i) {
        const SiteName& site = sites[i];
        same[i] = fingerprint(site, seen_.at(site), observed_) == known_.sites.at(site) ? 1 : 0;
    });
    std::set<SiteName> settled;
    for (std::size_t i = 0; i < sites.size(); ++i)
        if (same[i] != 0 && errors[i].empty()) settled.insert(settled.end(), sites[i]);
    return settled;
}

void Settling::remember(const std::vector<SiteName>& compared, const plan::Plan& plan,
                        const Observed& observed) {
    if (memory_ == Memory::none) return;
    const auto before = known_.sites;
    std::set<std::string> changing;
    for (const auto& action : plan.actions) changing.insert(action.key.site);
    for (const auto& site : compared) {
        known_.sites.erase(site);
        const auto seen = seen_.find(site);
        if (seen == seen_.end() || changing.contains(site.str())) continue;
        // What stands on something in conflict was not compared.
        if (!plan.conflicts.empty() || !is_trustworthy(site, seen->second, observed)) continue;
        known_.sites.emplace(site, fingerprint(site, seen->second, observed));
        known_.taken = std::max(known_.taken, seen->second.taken);
    }
    std::erase_if(known_.sites, [&](const auto& site) {
        return !session_.registry().sites.contains(site.first);
    });
    if (known_.sites != before) save();
}

bool Settling::is_trustworthy(const SiteName& site, const Stamps& stamps,
                              const Observed& observed) const {
    return plan::is_reliable(stamps) &&
           plan::agree(session_.registry().sites.at(site), stamps, observed);
}

/// What somebody else could have written, or what cannot be read, is no more than a cache that is
/// not there.
Settled Settling::load() const {
    try {
        const auto file = session_.host().files.read(cache_file);
        if (!file || !is_roots(*file)) return {};
        return parse_settled(file->content).value_or(Settled{});
    } catch (const Error&) {
        return {};
    }
}

/// A cache that cannot be written costs time, nothing else.
void Settling::save() const {
    try {
        File file;
        file.content = to_text(known_);
        file.mode = 0600;
        session_.host().files.make_directory(cache_dir, Directory{});
        session_.host().files.write(cache_file, file);
    } catch (const Error&) {  // all is compared again
    }
}

}  // namespace wpns::cli
