#include <utility>

#include "desired/builder.hpp"
#include "desired/desired.hpp"
#include "desired/image.hpp"
#include "desired/values.hpp"

/// The texts of units that nobody enables: what runs in them is started by wpns.
namespace wpns::desired {

using render::Format;

std::expected<std::string, std::string> exec_unit(const Inputs& inputs, const SiteName& site,
                                                  const SiteConfig& config,
                                                  const SiteRecord& record) {
    const auto resolved = resolve(inputs, site, config, record);
    if (!resolved) return std::unexpected(resolved.error());
    Builder builder(inputs.templates, site.str());
    const auto values = values_of(*resolved, builder);
    return builder.unless_failed(builder.fill("wpns-exec@.service", Format::unit, values));
}

std::expected<StagingUnits, std::string> staging_units(const Inputs& inputs, const SiteName& site,
                                                       const SiteConfig& config,
                                                       const SiteRecord& record,
                                                       const Staging& staging) {
    auto resolved = resolve(inputs, site, config, record);
    if (!resolved) return std::unexpected(resolved.error());
    resolved->staging = &staging;
    Builder builder(inputs.templates, site.str());
    const auto values = values_of(*resolved, builder);
    StagingUnits units;
    units.exec = builder.fill("wpns-exec@.service", Format::unit, values);
    units.dbinit = builder.fill("wpns-dbinit@.service", Format::unit, values);
    units.mysqld = builder.fill("wpns-mysqld@.service", Format::unit, values);
    units.dbinit_argv = dbinit_argv();
    units.files = resolved->files();
    const bool managed = config.wordpress.core == CoreMode::managed;
    units.files_at = managed ? "/srv/www/wp-content" : "/srv/www";
    return builder.unless_failed(std::move(units));
}

std::expected<std::string, std::string> reader_unit(const Inputs& inputs) {
    Builder builder(inputs.templates, "");
    render::Values values;
    values.set_fragment("hardening", builder.fill("hardening.conf", Format::fragment, {}));
    return builder.unless_failed(builder.fill("wpns-reader.service", Format::unit, values));
}

}  // namespace wpns::desired
