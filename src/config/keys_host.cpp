#include "config/key_row.hpp"

namespace wpns::config {
namespace {

template <typename Field, typename T>
Key<HostConfig> host(std::string path, Field field, Codec<T> codec) {
    return row<HostConfig>(std::move(path), Scope::site, field, std::move(codec));
}

/// A key of a site as the default of all sites.
Key<HostConfig> site_default(const Key<SiteConfig>& key) {
    return {"site." + key.path, key.scope,
            [read = key.read](const Value& value, HostConfig& target) {
                read(value, target.site_defaults);
            },
            [write = key.write](const HostConfig& target) { return write(target.site_defaults); }};
}

std::vector<Key<HostConfig>> make_keys() {
    constexpr std::size_t most_resolvers = 3;  // MAXNS of resolv.conf(5)
    std::vector<Key<HostConfig>> keys = {
        host("network.pool", WPNS_FIELD(pool), network()),
        host("network.reserved", WPNS_FIELD(reserved), network()),
        // Below /16 lies more than any bridge has ports; a /29 has room for five sites.
        host("network.group_prefix", WPNS_FIELD(group_prefix), number({16, 29})),
        host("network.pool6", WPNS_FIELD(pool6), network6()),
        host("network.uplink", WPNS_FIELD(uplink), text(rules::device)),
        host("network.dns", WPNS_FIELD(dns), list(resolver(), most_resolvers)),
        host("paths.data_dir", WPNS_FIELD(data_dir), text(rules::data_path)),
        host("paths.archive_dir", WPNS_FIELD(archive_dir), text(rules::data_path)),
        host("accounts.ranges", WPNS_FIELD(id_ranges), list(id_range(), 16)),
        host("web.listen", WPNS_FIELD(listen), list(text(rules::listen), 16)),
        host("backup.schedule", WPNS_FIELD(backup_schedule), text(rules::schedule)),
        host("backup.keep", WPNS_FIELD(backup_keep), number({1, 1000})),
        host("backup.prove", WPNS_FIELD(backup_prove), text(rules::schedule)),
        host("backup.repository", WPNS_FIELD(backup_repository), text(rules::repository)),
        host("backup.password_file", WPNS_FIELD(backup_password_file), text(rules::path)),
        host("backup.environment_file", WPNS_FIELD(backup_environment_file), text(rules::path)),
        host("backup.prune", WPNS_FIELD(backup_prune), text(rules::schedule)),
    };
    for (const auto& key : site_keys())
        if (key.scope == Scope::shared) keys.push_back(site_default(key));
    return keys;
}

}  // namespace

const std::vector<Key<HostConfig>>& host_keys() {
    static const std::vector<Key<HostConfig>> keys = make_keys();
    return keys;
}

}  // namespace wpns::config
