#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apply/registry_file.hpp"
#include "desired/flow_policy.hpp"
#include "host/host.hpp"
#include "model/registry.hpp"
#include "plan/plan.hpp"

/// Writes through `host`, records after every batch, goes on with other sites when one fails.
namespace wpns::apply {

/// What becomes of the files and the database of a site that is removed.
enum class Removal { archive, purge };

/// Called before a batch with each of its actions, and after it with the error of each (empty:
/// done).
struct Progress {
    std::function<void(const plan::Action&)> begin = [](const plan::Action&) {};
    std::function<void(const plan::Action&, const std::string& error)> end =
        [](const plan::Action&, const std::string&) {};
};

struct Options {
    Removal removal = Removal::archive;
    std::string data_dir;
    std::string archive_dir;
    /// What open connections are measured by when a policy changes.
    desired::Walls walls{Cidr::of(Ipv4{}, 0), {}};
    /// Of the administrator of a new WordPress; generated where empty.
    std::string admin_password;
    Progress progress;
    /// Asked between two batches: true leaves the rest undone, for the next run.
    std::function<bool()> interrupted = [] { return false; };
};

/// What happened to one site (or to the host as a whole, under the empty name).
struct SiteReport {
    unsigned done = 0;                ///< actions carried out
    std::vector<std::string> errors;  ///< "start unit wpns-php@a.service: …", each with its remedy
    std::vector<std::string> warnings;  ///< what did not stop anything but should be known
    std::vector<std::string> notes;     ///< what is good to know: the version that was unpacked
    unsigned skipped = 0;               ///< actions not tried because of an error before
    std::string admin_password;         ///< generated in this run: to be shown once
    std::string archive;                ///< where the data of a removed site went
};

using Report = std::map<std::string, SiteReport>;

/// Carries out `plan` in its order. `registry` holds the allocations of all sites in the plan; it
/// is saved with every intended resource as "pending" before the first effect, and with the outcome
/// after each batch that takes time. A site whose action fails is left as it is; its other actions
/// are skipped, those of other sites go on. A failure of a host-wide action stops what is new,
/// since every site needs those; only that of a WordPress core stops no more than the sites that
/// run it, and that of its compiled code none.
[[nodiscard]] Report execute(const plan::Plan& plan, const host::Host& host, Registry& registry,
                             RegistryFile& file, const Options& options);

}  // namespace wpns::apply
