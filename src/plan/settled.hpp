#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/registry.hpp"
#include "model/stamp.hpp"
#include "model/state.hpp"

/// When a site for which a plan had nothing to do need not be looked into again.
namespace wpns::plan {

/// All that decides what a site should be.
struct Origin {
    const SiteName& name;
    const SiteRecord& record;
    std::string_view world;  ///< digest of what all sites are made from: desired::digest_of
    std::string_view file;   ///< digest of the bytes of the site's file
};

/// The recorded paths of a site whose stamps stand for what is in them.
[[nodiscard]] std::vector<std::string> stamped_paths(const SiteRecord& record);

/// The recorded keys of a site that are observed as ever: there is nothing to read in them.
[[nodiscard]] std::vector<ResourceKey> observed_keys(const SiteRecord& record);

/// SHA-256 over where a site comes from and what there is of it: `stamps` are those of
/// `stamped_paths`, `observed` answers for `observed_keys`. As long as it is the same, make_plan
/// has the same to say of the site.
[[nodiscard]] std::string fingerprint(const Origin& origin, const Stamps& stamps,
                                      const Observed& observed);

/// False where a file may yet change without a trace, because it changed so shortly before the look
/// that the kernel's clock could give both changes the same time; and where a time is in the
/// future. A second look is needed later.
[[nodiscard]] bool is_reliable(const Stamps& stamps);

/// Whether the directories that a plan has observed are still those of the stamps, which were taken
/// before: times say nothing of them.
[[nodiscard]] bool agree(const SiteRecord& record, const Stamps& stamps, const Observed& observed);

}  // namespace wpns::plan
