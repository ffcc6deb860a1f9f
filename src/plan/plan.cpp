#include "plan/plan.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "plan/diff.hpp"
#include "plan/order.hpp"
#include "plan/removal.hpp"

namespace wpns::plan {
namespace {

template <typename Map>
auto find(const Map& map, const ResourceKey& key) {
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
}

/// Enabling or stopping a unit changes nothing for those that read it.
bool changes_readers(Verb verb, Kind kind) {
    return verb == Verb::create || verb == Verb::restart ||
           (verb == Verb::update && kind != Kind::unit);
}

/// Walks what is desired in order and remembers what came of each, for those that depend on it.
class Planner {
  public:
    Planner(const Desired& desired, const Recorded& recorded, const Observed& observed)
        : nodes_(graph_of(desired)),
          marks_(nodes_.size(), Mark::same),
          recorded_(recorded),
          observed_(observed) {}

    /// The next free wave.
    unsigned run(Plan& plan) {
        unsigned number = 0;
        for (const auto& wave : waves(nodes_)) {
            for (const auto i : wave) marks_[i] = visit(nodes_[i], number, plan);
            ++number;
        }
        return number;
    }

  private:
    enum class Mark : std::uint8_t { same, changed, blocked };

    Mark visit(const Node& node, unsigned wave, Plan& plan) {
        if (first(node.needs, Mark::blocked) != nullptr ||
            first(node.inputs, Mark::blocked) != nullptr)
            return Mark::blocked;
        const Comparison comparison{*node.key, node.wanted->value, find(recorded_, *node.key),
                                    find(observed_, *node.key), first(node.inputs, Mark::changed)};
        auto decision = decide(comparison);
        if (decision.what == Decision::What::nothing) return Mark::same;
        if (decision.what == Decision::What::conflict) {
            plan.conflicts.push_back({*node.key, std::move(decision.reason)});
            return Mark::blocked;
        }
        const Verb verb = decision.verb;
        plan.actions.push_back({verb,
                                *node.key,
                                {},
                                comparison.wanted,
                                std::move(decision.reason),
                                wave,
                                node.wanted->needs});
        if (comparison.observed != nullptr) plan.actions.back().before = *comparison.observed;
        return changes_readers(verb, node.key->kind) ? Mark::changed : Mark::same;
    }

    [[nodiscard]] const ResourceKey* first(const std::vector<std::size_t>& among, Mark mark) const {
        const auto it = std::ranges::find(among, mark, [&](std::size_t i) { return marks_[i]; });
        return it == among.end() ? nullptr : nodes_[*it].key;
    }

    std::vector<Node> nodes_;
    std::vector<Mark> marks_;
    const Recorded& recorded_;
    const Observed& observed_;
};

}  // namespace

Plan make_plan(const Desired& desired, const Recorded& recorded, const Observed& observed) {
    Plan plan;
    const unsigned wave = Planner(desired, recorded, observed).run(plan);
    auto last = removals(desired, recorded, observed, wave);
    std::ranges::move(last, std::back_inserter(plan.actions));
    return plan;
}

}  // namespace wpns::plan
