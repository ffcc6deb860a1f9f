#include "config/key_row.hpp"

namespace wpns::config {
namespace {

using SiteKeys = std::vector<Key<SiteConfig>>;

constexpr std::uint64_t mib = 1ULL << 20U;
constexpr std::uint64_t gib = 1ULL << 30U;
constexpr unsigned day = 24 * 3600;

template <typename Field, typename T>
Key<SiteConfig> own(std::string path, Field field, Codec<T> codec) {
    return row<SiteConfig>(std::move(path), Scope::site, field, std::move(codec));
}

template <typename Field, typename T>
Key<SiteConfig> shared(std::string path, Field field, Codec<T> codec) {
    return row<SiteConfig>(std::move(path), Scope::shared, field, std::move(codec));
}

/// Settings join those that are already there, key by key.
Key<SiteConfig> settings_key() {
    const auto codec = php_settings();
    const auto read = [codec](const Value& value, SiteConfig& site) {
        auto settings = codec.read(value);
        if (!settings) return;
        settings->merge(site.php.settings);
        site.php.settings = std::move(*settings);
    };
    return {"php.settings", Scope::shared, read,
            [codec](const SiteConfig& site) { return codec.write(site.php.settings); }};
}

SiteKeys identity_keys() {
    return {
        own("domain", WPNS_FIELD(domain), text(rules::domain)),
        own("aliases", WPNS_FIELD(aliases), list(text(rules::domain), 100)),
        own("shadow", WPNS_FIELD(shadow), text(rules::domain)),
        own("title", WPNS_FIELD(title), text(rules::title)),
        shared("admin_user", WPNS_FIELD(admin_user), text(rules::user_name)),
        shared("admin_email", WPNS_FIELD(admin_email), text(rules::email)),
    };
}

SiteKeys service_keys() {
    return {
        shared("php.version", WPNS_FIELD(php.version), text(rules::php_version)),
        shared("php.max_children", WPNS_FIELD(php.max_children), number({1, 500})),
        shared("php.memory_limit", WPNS_FIELD(php.memory_limit), size({32 * mib, 16 * gib})),
        shared("php.upload_limit", WPNS_FIELD(php.upload_limit), size({1 * mib, 16 * gib})),
        shared("php.max_execution_time", WPNS_FIELD(php.max_execution_time), seconds({1, 3600})),
        settings_key(),
        shared("mysql.memory", WPNS_FIELD(mysql.memory), size({8 * mib, 1024 * gib})),
        shared("mysql.max_connections", WPNS_FIELD(mysql.max_connections), number({10, 10'000})),
    };
}

SiteKeys wall_keys() {
    return {
        own("network.subnet", WPNS_FIELD(network.subnet), site_subnet()),
        own("network.group", WPNS_FIELD(network.group), text(rules::group)),
        shared("network.mtu", WPNS_FIELD(network.mtu), number({1280, 9216})),
        shared("network.egress", WPNS_FIELD(network.egress),
               choice<Egress>(
                   {"open", "web", "allow", "none", "quarantine"},
                   {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine})),
        shared("network.allow", WPNS_FIELD(network.allow), list(allow_target(), 200)),
        shared("network.source_address", WPNS_FIELD(network.source_address), source_address()),
        shared("network.connections", WPNS_FIELD(network.connections), connection_limit()),
        own("network.mac", WPNS_FIELD(network.mac), site_mac()),
        shared("network.bandwidth.up", WPNS_FIELD(network.up), bit_rate()),
        shared("network.bandwidth.down", WPNS_FIELD(network.down), bit_rate()),
        shared("limits.memory", WPNS_FIELD(limits.memory), size({64 * mib, 4096 * gib})),
        shared("limits.cpu", WPNS_FIELD(limits.cpu_percent), percent({5, 100'000})),
        shared("limits.tasks", WPNS_FIELD(limits.tasks), number({50, 100'000})),
        shared("limits.io_weight", WPNS_FIELD(limits.io_weight), number({1, 10'000})),
        // An empty site has some 40 MiB.
        shared("limits.disk", WPNS_FIELD(limits.disk), size({128 * mib, 65'536 * gib})),
    };
}

SiteKeys content_keys() {
    return {
        shared("wordpress.source", WPNS_FIELD(wordpress.source), text(rules::wordpress_source)),
        shared("wordpress.sha256", WPNS_FIELD(wordpress.sha256), text(rules::sha256)),
        shared("wordpress.core", WPNS_FIELD(wordpress.core),
               choice<CoreMode>({"managed", "private"}, {CoreMode::managed, CoreMode::own_copy})),
        shared("wordpress.locale", WPNS_FIELD(wordpress.locale), text(rules::locale)),
        shared("cron.every", WPNS_FIELD(cron_minutes), minutes_of_hour()),
        // Half a minute: PHP keeps a worker for twenty seconds after its last page.
        shared("idle.after", WPNS_FIELD(idle_after), seconds_or_never({30, 30 * day})),
    };
}

SiteKeys joined(std::initializer_list<SiteKeys> tables) {
    SiteKeys all;
    for (const auto& table : tables) all.insert(all.end(), table.begin(), table.end());
    return all;
}

}  // namespace

const std::vector<Key<SiteConfig>>& site_keys() {
    static const SiteKeys keys =
        joined({identity_keys(), service_keys(), wall_keys(), content_keys()});
    return keys;
}

}  // namespace wpns::config
