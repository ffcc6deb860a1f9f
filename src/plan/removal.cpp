#include "plan/removal.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace wpns::plan {
namespace {

using Keys = std::vector<const ResourceKey*>;
using SitePath = std::pair<std::string_view, std::string_view>;

Keys unwanted(const Desired& desired, const Recorded& recorded) {
    Keys result;
    auto wish = desired.begin();
    for (const auto& [key, digest] : recorded) {
        while (wish != desired.end() && wish->first < key) ++wish;
        if (wish == desired.end() || wish->first != key) result.push_back(&key);
    }
    return result;
}

/// Depth of a path. Directories that leave are taken from the deepest up.
std::ptrdiff_t depth(const ResourceKey& key) {
    return std::ranges::count(key.id, '/');
}

/// When a removal has its turn: sites that stay, sites that leave, the host on which all stand.
class Turn {
  public:
    explicit Turn(const Desired& desired) {
        for (const auto& [key, wanted] : desired) staying_.insert(key.site);
    }
    [[nodiscard]] int of(const ResourceKey& key) const {
        if (key.site.empty()) return 2;
        return staying_.contains(key.site) ? 0 : 1;
    }

  private:
    std::set<std::string_view> staying_;
};

void sort_removals(Keys& keys, const Turn& turn) {
    std::ranges::sort(keys, [&](const ResourceKey* a, const ResourceKey* b) {
        const auto rank = [&](const ResourceKey& key) {
            return std::tuple(turn.of(key), -static_cast<int>(key.kind), std::string_view(key.site),
                              -depth(key), std::string_view(key.id));
        };
        return rank(*a) < rank(*b);
    });
}

/// The directories that go, to find those that go with another one.
class LeavingDirectories {
  public:
    explicit LeavingDirectories(const Keys& keys) {
        for (const auto* key : keys)
            if (key->kind == Kind::directory) paths_.insert({key->site, key->id});
    }
    /// The nearest one above `key`; empty when there is none.
    [[nodiscard]] std::string_view above(const ResourceKey& key) const {
        std::string_view path = key.id;
        for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
             slash = path.rfind('/')) {
            path = path.substr(0, slash);
            if (paths_.contains({key.site, path})) return path;
        }
        return {};
    }

  private:
    std::set<SitePath> paths_;
};

std::pair<Verb, std::string> decide(const ResourceKey& key, bool there,
                                    const LeavingDirectories& directories) {
    if (!there) return {Verb::forget, "not wanted any more, and gone"};
    if (key.kind == Kind::database || key.kind == Kind::wordpress)
        return {Verb::forget, "goes with the data directory"};
    if (key.kind == Kind::directory)
        if (const auto above = directories.above(key); !above.empty())
            return {Verb::forget, "goes with " + std::string(above)};
    return {Verb::remove, "not wanted any more"};
}

/// A directory has to wait for those below it, the host's for those of all sites.
bool waits_for(const ResourceKey& key, const ResourceKey& earlier) {
    if (key.kind != earlier.kind || key.site.empty() != earlier.site.empty()) return true;
    return key.kind == Kind::directory && key.site == earlier.site && depth(key) < depth(earlier);
}

}  // namespace

std::vector<Action> removals(const Desired& desired, const Recorded& recorded,
                             const Observed& observed, unsigned first_wave) {
    Keys keys = unwanted(desired, recorded);
    sort_removals(keys, Turn(desired));
    const LeavingDirectories directories(keys);
    std::vector<Action> actions;
    for (const auto* key : keys) {
        const auto found = observed.find(*key);
        auto [verb, reason] = decide(*key, found != observed.end(), directories);
        Action action{verb, *key, {}, {}, std::move(reason), first_wave};
        if (found != observed.end()) action.before = found->second;
        if (!actions.empty())
            action.wave = actions.back().wave + (waits_for(*key, actions.back().key) ? 1U : 0U);
        actions.push_back(std::move(action));
    }
    return actions;
}

}  // namespace wpns::plan
