#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "model/settled.hpp"
#include "model/stamp.hpp"
#include "plan/plan.hpp"

namespace wpns::cli {

/// Whether what earlier runs found out counts.
enum class Memory {
    none,    ///< everything is compared, and nothing is remembered
    write,   ///< everything is compared
    trusted  ///< a site of which nothing has changed since is taken for settled
};

/// Knows which sites are as an earlier plan found them, when there was nothing to do: those need
/// neither rendering nor reading. It remembers them in a cache that only root can write.
class Settling {
  public:
    Settling(Session& session, Memory memory) : session_(session), memory_(memory) {}

    /// Those of the sites that are settled. What cannot be looked at is not. `host` is what will
    /// most likely be wanted of the host as a whole: it is looked at in the same go.
    [[nodiscard]] std::set<SiteName> among(const std::vector<SiteName>& sites, const Desired& host);

    /// What `among` has found of these keys, which are then taken out: nothing is asked twice.
    /// Where something else is wanted than was then, the key stays.
    [[nodiscard]] Observed take_observed(std::set<ResourceKey>& keys, const Desired& desired);

    /// After a plan for `compared`, which were not settled, with what it went by: keeps those that
    /// it has nothing to say of.
    void remember(const std::vector<SiteName>& compared, const plan::Plan& plan,
                  const Observed& observed);

  private:
    using Seen = std::map<SiteName, Stamps>;

    [[nodiscard]] Seen look_at(const std::vector<SiteName>& sites) const;
    void observe(const std::vector<SiteName>& sites, const Desired& host);
    [[nodiscard]] std::string fingerprint(const SiteName& site, const Stamps& stamps,
                                          const Observed& observed) const;
    [[nodiscard]] std::set<SiteName> same_as_known(const std::vector<SiteName>& sites) const;
    [[nodiscard]] bool is_trustworthy(const SiteName& site, const Stamps& stamps,
                                      const Observed& observed) const;
    [[nodiscard]] Settled load() const;
    void save() const;

    Session& session_;
    Memory memory_;
    std::string world_;
    Settled known_;
    Seen seen_;
    std::set<ResourceKey> asked_;
    Desired asked_with_;
    Observed observed_;
};

}  // namespace wpns::cli
