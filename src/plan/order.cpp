#include "plan/order.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/error.hpp"

namespace wpns::plan {
namespace {

using Wave = std::vector<std::size_t>;

std::optional<std::size_t> position(const std::vector<Node>& nodes, const ResourceKey& key) {
    const auto it = std::ranges::lower_bound(
        nodes, key, {}, [](const Node& n) -> const auto& { return *n.key; });
    if (it == nodes.end() || *it->key != key) return std::nullopt;
    return static_cast<std::size_t>(it - nodes.begin());
}

Wave positions(const std::vector<Node>& nodes, const std::vector<ResourceKey>& keys) {
    Wave result;
    for (const auto& key : keys)
        if (const auto found = position(nodes, key)) result.push_back(*found);
    return result;
}

template <typename Visit>
void for_each_need(const Node& node, Visit&& visit) {
    for (const auto need : node.needs) visit(need);
    for (const auto input : node.inputs) visit(input);
}

/// Kahn's algorithm, one kind at a time.
class Sorter {
  public:
    explicit Sorter(const std::vector<Node>& nodes)
        : nodes_(nodes), open_(nodes.size()), needed_by_(nodes.size()) {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            for_each_need(nodes[i], [&](std::size_t need) {
                ++open_[i];
                needed_by_[need].push_back(i);
            });
            if (open_[i] == 0) make_ready(i);
        }
    }

    std::vector<Wave> sort() {
        std::vector<Wave> result;
        while (!ready_.empty()) result.push_back(next());
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (open_[i] != 0) throw Error(ErrorKind::bug, circle(i));
        return result;
    }

  private:
    Wave next() {
        Wave wave = std::move(ready_.extract(ready_.begin()).mapped());
        std::ranges::sort(wave, {}, [&](std::size_t i) {
            return std::tie(nodes_[i].key->site, nodes_[i].key->id);
        });
        for (const auto done : wave)
            for (const auto waiting : needed_by_[done])
                if (--open_[waiting] == 0) make_ready(waiting);
        return wave;
    }

    void make_ready(std::size_t i) { ready_[nodes_[i].key->kind].push_back(i); }

    /// Whatever is still open needs something that is open too: following it ends in a circle.
    [[nodiscard]] std::size_t open_need(std::size_t i) const {
        std::size_t found = i;
        for_each_need(nodes_[i], [&](std::size_t need) {
            if (open_[need] != 0) found = need;
        });
        return found;
    }

    [[nodiscard]] std::string circle(std::size_t i) const {
        std::vector<bool> seen(nodes_.size());
        for (; !seen[i]; i = open_need(i)) seen[i] = true;
        std::string text = "the needs form a circle: " + nodes_[i].key->str();
        std::size_t member = i;
        do {
            member = open_need(member);
            text += " needs " + nodes_[member].key->str();
        } while (member != i);
        return text;
    }

    const std::vector<Node>& nodes_;
    std::vector<std::size_t> open_;  ///< needs that are not in a wave yet
    std::vector<Wave> needed_by_;
    std::map<Kind, Wave> ready_;
};

}  // namespace

std::vector<Node> graph_of(const Desired& desired) {
    std::vector<Node> nodes;
    nodes.reserve(desired.size());
    for (const auto& [key, wanted] : desired) nodes.push_back({&key, &wanted, {}, {}});
    for (auto& node : nodes) {
        node.needs = positions(nodes, node.wanted->needs);
        if (const auto* unit = std::get_if<Unit>(&node.wanted->value))
            node.inputs = positions(nodes, unit->inputs);
    }
    return nodes;
}

std::vector<Wave> waves(const std::vector<Node>& nodes) {
    return Sorter(nodes).sort();
}

}  // namespace wpns::plan
