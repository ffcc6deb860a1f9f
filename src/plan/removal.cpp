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

/// Depth of a path: directories are taken from the deepest up.
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

/// A file whose write was cut short is not there, but what was staged beside its place may be:
/// removing an absent file clears that away.
bool may_be_staged(const ResourceKey& key, const Recorded& recorded) {
    return key.kind == Kind::file && recorded.at(key) == pending;
}

std::pair<Verb, std::string> decide(const ResourceKey& key, bool there, const Recorded& recorded,
                                    const LeavingDirectories& directories) {
    if (!there && may_be_staged(key, recorded)) return {Verb::remove, "unfinished"};
    if (!there) return {Verb::forget, "not wanted any more, and gone"};
    if (key.kind == Kind::database || key.kind == Kind::wordpress)
        return {Verb::forget, "goes with the data directory"};
    if (key.kind == Kind::directory && !key.site.empty())
        if (const auto above = directories.above(key); !above.empty())
            return {Verb::forget, "goes with " + std::string(above)};
    return {Verb::remove, "not wanted any more"};
}

Action action_for(const ResourceKey& key, const Recorded& recorded, const Observed& observed,
                  const LeavingDirectories& directories) {
    const auto found = observed.find(key);
    const bool there = found != observed.end();
    auto [verb, reason] = decide(key, there, recorded, directories);
    Action action{verb, key, {}, {}, std::move(reason), 0};
    if (there) action.before = found->second;
    return action;
}

/// What is only forgotten has the last turn: as long as what it goes with may still be there, so
/// is the record that it is ours.
auto rank(const ResourceKey& key, Verb verb, const Turn& turn) {
    return std::tuple(turn.of(key), verb == Verb::forget, -static_cast<int>(key.kind),
                      std::string_view(key.site), -depth(key), std::string_view(key.id));
}

std::vector<Action> sorted(const std::vector<Action>& actions, const Turn& turn) {
    using Rank = decltype(rank(actions.front().key, Verb::forget, turn));
    std::vector<std::pair<Rank, const Action*>> ranks;
    ranks.reserve(actions.size());
    for (const auto& action : actions)
        ranks.emplace_back(rank(action.key, action.verb, turn), &action);
    std::ranges::sort(ranks);
    std::vector<Action> result;
    result.reserve(actions.size());
    for (const auto& [position, action] : ranks) result.push_back(*action);
    return result;
}

/// A directory has to wait for those below it, the host's for those of all sites, and what goes
/// with another one for that one.
bool waits_for(const Action& action, const Action& earlier) {
    const auto& key = action.key;
    const auto& before = earlier.key;
    if (key.kind != before.kind || action.verb != earlier.verb) return true;
    if (key.site != before.site) return key.site.empty();
    return key.kind == Kind::directory && depth(key) < depth(before);
}

}  // namespace

std::vector<Action> removals(const Desired& desired, const Recorded& recorded,
                             const Observed& observed, unsigned first_wave) {
    const Keys keys = unwanted(desired, recorded);
    const LeavingDirectories directories(keys);
    std::vector<Action> actions;
    actions.reserve(keys.size());
    for (const auto* key : keys)
        actions.push_back(action_for(*key, recorded, observed, directories));
    actions = sorted(actions, Turn(desired));
    for (std::size_t i = 0; i < actions.size(); ++i) {
        const bool waits = i > 0 && waits_for(actions[i], actions[i - 1]);
        actions[i].wave = i == 0 ? first_wave : actions[i - 1].wave + (waits ? 1U : 0U);
    }
    return actions;
}

}  // namespace wpns::plan
