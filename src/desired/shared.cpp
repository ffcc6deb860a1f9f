#include "desired/shared.hpp"

#include "desired/network.hpp"
#include "desired/opcodes.hpp"
#include "model/names.hpp"

namespace wpns::desired {

ResourceKey table_key() {
    return {Kind::firewall, "table inet wpns", ""};
}

std::optional<ResourceKey> opcodes_key(const Site& site) {
    const auto path = opcodes_path(site);
    if (path.empty()) return std::nullopt;
    return ResourceKey{Kind::opcodes, path, ""};
}

ResourceKey add_opcodes_of(const Site& site, const ResourceKey& key, Builder& builder) {
    return builder.add_shared(
        key.kind, key.id, opcodes(site, builder),
        {{Kind::core, site.core_path(), ""}, {Kind::directory, names::opcodes_dir, ""}});
}

std::optional<ResourceKey> add_bridge_of(const Site& site, Builder& builder) {
    const auto wanted = bridge(site.record);
    if (!wanted) return std::nullopt;
    return builder.add_shared(Kind::bridge, wanted->name.name, *wanted, {table_key()});
}

std::expected<void, std::string> add_shared(const Inputs& inputs, const SiteName& site,
                                            const SiteConfig& config, const SiteRecord& record,
                                            Desired& desired) {
    const auto resolved = resolve(inputs, site, config, record);
    if (!resolved) return std::unexpected(resolved.error());
    Builder builder(inputs.templates, "");
    if (const auto key = opcodes_key(*resolved); key && !desired.contains(*key))
        (void)add_opcodes_of(*resolved, *key, builder);
    (void)add_bridge_of(*resolved, builder);
    auto shared = builder.take();
    if (!shared) return std::unexpected(shared.error());
    desired.merge(*shared);
    return {};
}

}  // namespace wpns::desired
