#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/refusals.hpp"
#include "model/resolved_target.hpp"
#include "model/resource.hpp"

namespace wpns::host {

/// Table inet wpns. `table` may be asked beside everything else; all else one after the other.
class Firewall {
  public:
    virtual ~Firewall() = default;
    /// The table as the kernel has it: `digest` is that of the text it was loaded from, kept in the
    /// table's comment, or "changed" where that is the wanted one but chains, rules or fixed sets
    /// are not those that `wanted.text` makes. Nothing where there is no table.
    [[nodiscard]] virtual std::optional<FirewallTable> table(const FirewallTable& wanted) const = 0;
    /// All sites in the maps, by name of the host end.
    [[nodiscard]] virtual std::map<std::string, FirewallSite> sites() const = 0;
    /// Replaces the whole table and all elements in one transaction.
    virtual void load(const FirewallTable& table, std::span<const FirewallSite> sites) = 0;
    /// Adds, changes and removes elements in one transaction. `removed` are elements as observed.
    virtual void change(std::span<const FirewallSite> put,
                        std::span<const FirewallSite> removed) = 0;
    virtual void remove_table() = 0;
    /// What the site behind the host end of that name tried in vain; nothing without a table.
    [[nodiscard]] virtual Refusals refusals(const std::string& link) const = 0;
    /// The addresses of host names that are let through at present, of all sites.
    [[nodiscard]] virtual std::vector<ResolvedTarget> resolved() const = 0;
    /// Lets `put` through for an hour from now on, and `removed` (as observed) no more, in one
    /// transaction. No two of one link may hold the same packet. Those of IPv6 are left out where
    /// the table is not for IPv6.
    virtual void change_resolved(std::span<const ResolvedTarget> put,
                                 std::span<const ResolvedTarget> removed) = 0;
};

/// Changes of rules that other programs make.
class FirewallEvents {
  public:
    virtual ~FirewallEvents() = default;
    /// Listens from now on. Calls `changed` once at the start and then after every change of table
    /// inet wpns by another program, at once, and once after several that came meanwhile; `who` is
    /// the last such program and its process ("nft (812)"), and empty at the start. Calls
    /// `neighbours` at the start and after changes of table ip filter, where Docker and ufw have
    /// their rules. Ends by an Error only.
    virtual void watch(const std::function<void(const std::string& who)>& changed,
                       const std::function<void()>& neighbours) = 0;
};

}  // namespace wpns::host
