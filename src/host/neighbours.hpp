#pragma once

#include <string>
#include <vector>

#include "model/any_network.hpp"
#include "model/passage.hpp"

namespace wpns::host {

/// The firewalls of others.
class Neighbours {
  public:
    virtual ~Neighbours() = default;
    /// Every chain that drops forwarded IPv4 by policy, and what is there of ours. One listing of
    /// all chains, and of the tables of those that drop or have a place for ours.
    [[nodiscard]] virtual Passage look(const Cidr& pool) const = 0;
    /// Every chain that what the sites of this pool send does not get through, by its policy or by
    /// its rules. Lists every table that sees forwarded packets, so it is for the doctor alone:
    /// others have tables of thousands of rules.
    [[nodiscard]] virtual std::vector<ForwardDrop> refusals(const AnyNetwork& pool) const = 0;
    /// Puts our accept into `place` (names::in_docker, names::in_ufw), instead of what is left of
    /// an older one. Rules of the admin stay as they are.
    virtual void accept(const std::string& place, const Cidr& pool) = 0;
    /// Takes ours out of `place`; absent is fine.
    virtual void take_back(const std::string& place) = 0;
};

}  // namespace wpns::host
