#pragma once

#include <expected>
#include <string>

#include "desired/builder.hpp"
#include "desired/desired.hpp"
#include "render/template.hpp"

namespace wpns::desired {

/// One site with all that its templates are filled from.
struct Site {
    const Inputs& inputs;
    const SiteName& name;
    const SiteConfig& config;
    const SiteRecord& record;
    const PhpFact& php;
    const CoreFact& core;
    const Staging* staging = nullptr;  ///< where it is not the live one

    [[nodiscard]] std::string data() const;  ///< DATA_DIR/NAME
    [[nodiscard]] std::string run_dir() const;
    [[nodiscard]] std::string slice() const;
    [[nodiscard]] std::string core_path() const;  ///< /var/lib/wpns/core/ID
    /// Where the files that the site may write live on the host: wp-content alone for a managed
    /// core, all for an own copy.
    [[nodiscard]] std::string files() const;
    [[nodiscard]] std::string url() const;
};

/// The site with the PHP and the core it asks for, or the reason why the host cannot give them.
[[nodiscard]] std::expected<Site, std::string> resolve(const Inputs& inputs, const SiteName& name,
                                                       const SiteConfig& config,
                                                       const SiteRecord& record);

/// Every hole of every template of a site; each template takes what it names. The builder fills the
/// fragments.
[[nodiscard]] render::Values values_of(const Site& site, Builder& builder);

/// One of the eight secrets of WordPress ("auth_key"), 64 hex digits, derived from the seed of the
/// site.
[[nodiscard]] std::string salt(const SiteRecord& record, const std::string& which);

}  // namespace wpns::desired
