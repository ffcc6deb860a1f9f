#include "desired/values.hpp"

#include <algorithm>
#include <array>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "desired/network.hpp"
#include "desired/opcodes.hpp"

namespace wpns::desired {
namespace {

/// A request may take half a minute longer than PHP's own limit, which does not count time in the
/// database.
constexpr unsigned request_grace = 30;

/// "128M" for whole mebibytes, else bytes: PHP, nginx and MariaDB read both, and a person reads the
/// first.
std::string size_text(std::uint64_t bytes) {
    constexpr std::uint64_t mebibyte = 1U << 20;
    return bytes % mebibyte == 0 ? std::to_string(bytes / mebibyte) + "M" : std::to_string(bytes);
}

std::vector<std::string> server_names(const SiteConfig& config) {
    std::vector<std::string> result = {config.domain};
    result.insert(result.end(), config.aliases.begin(), config.aliases.end());
    return result;
}

std::vector<std::string> texts(const std::vector<Ipv4>& addresses) {
    std::vector<std::string> result;
    std::ranges::transform(addresses, std::back_inserter(result), &Ipv4::str);
    return result;
}

const std::vector<Ipv4>& resolvers(const Inputs& inputs) {
    return inputs.host.dns.empty() ? inputs.facts.resolvers : inputs.host.dns;
}

/// A network, and the one of IPv6 where there is one.
std::vector<std::string> with_ipv6(const Cidr& network, const std::optional<Cidr6>& network6) {
    std::vector<std::string> result = {network.str()};
    if (network6) result.push_back(network6->str());
    return result;
}

void set_identity(const Site& site, render::Values& values) {
    values.set("site", site.name.str())
        .set("account", names::account(site.name))
        .set("db_account", names::db_account(site.name))
        .set("uid", site.record.allocation.uid)
        .set("db_uid", site.record.allocation.db_uid)
        .set("slice", site.slice())
        .set("listening_slice", names::listening_slice(site.record.allocation.uid));
}

void set_paths(const Site& site, render::Values& values) {
    const bool managed = site.config.wordpress.core == CoreMode::managed;
    values.set("rendered", names::rendered_dir(site.name))
        .set("run_dir", site.run_dir())
        .set("netns", names::netns_path(site.name))
        .set("data", site.data())
        .set("core", site.core_path())
        .set("files", site.files())
        .set("files_at", managed ? "/srv/www/wp-content" : "/srv/www")
        .set_list("core_bind", managed ? std::vector{site.core_path() + ":/srv/www"}
                                       : std::vector<std::string>{});
}

/// The second wall between sites, which no flush of rules removes: a filter of the unit's own
/// cgroup (IPAddressDeny=) for the whole pool but what is the site's own. It drops in silence, so
/// all else is left to the firewall, which refuses at once and counts.
void set_network(const Site& site, render::Values& values) {
    const Link link = desired::link(site.name, site.record);
    values.set("host_address", link.host_address.str())
        .set("address", link.site_address.str())
        .set_list("resolver", texts(resolvers(site.inputs)))
        .set_list("subnet",
                  with_ipv6(site.record.allocation.subnet, site.record.allocation.subnet6))
        .set_list("pool", with_ipv6(site.inputs.host.pool, site.inputs.host.pool6));
}

void set_php(const Site& site, render::Values& values) {
    using Texts = std::vector<std::string>;
    const auto& php = site.config.php;
    const auto opcodes = opcodes_path(site);
    values.set("php_fpm", site.php.fpm)
        .set("php_cli", site.php.cli)
        .set_list("extension", site.php.modules)
        .set_list("zend_extension", site.php.zend_modules)
        .set_list("opcode_cache", opcodes.empty() ? Texts{} : Texts{opcode_cache})
        .set_list("opcode_bind",
                  opcodes.empty() ? Texts{} : Texts{"-" + opcodes + ":" + opcodes_at(site)})
        .set("max_children", php.max_children)
        .set("memory_limit", size_text(php.memory_limit))
        .set("upload_limit", size_text(php.upload_limit))
        .set("max_execution_time", php.max_execution_time)
        .set("request_timeout", php.max_execution_time + request_grace);
}

void set_services(const Site& site, render::Values& values) {
    values.set("mariadbd", site.inputs.facts.mariadbd)
        .set("nginx", site.inputs.facts.nginx)
        .set("buffer_pool", size_text(site.config.mysql.memory))
        .set("max_connections", site.config.mysql.max_connections)
        .set("memory", size_text(site.config.limits.memory))
        .set("cpu_percent", site.config.limits.cpu_percent)
        .set("tasks", site.config.limits.tasks)
        .set("io_weight", site.config.limits.io_weight)
        .set("cron_minutes", site.config.cron_minutes);
}

/// What a boot starts besides the sockets.
std::vector<std::string> started_at_boot(const Site& site) {
    if (site.record.on_demand()) return {};
    return {names::unit(site.name, "mysqld", "service"), names::unit(site.name, "php", "service"),
            names::unit(site.name, "web", "service")};
}

void set_web(const Site& site, render::Values& values) {
    const bool on_demand = site.record.on_demand();
    values
        .set_list("started_at_boot", started_at_boot(site))
        // A connection that is kept open says nothing of visitors, and may close under a request.
        .set_list("kept_connections",
                  on_demand ? std::vector<std::string>{} : std::vector<std::string>{"4"})
        .set_list("listen", site.inputs.host.listen)
        .set_list("server_name", server_names(site.config))
        .set("url", site.url())
        .set("core_mode", site.config.wordpress.core == CoreMode::managed ? "managed" : "private");
    if (!site.config.shadow.empty()) values.set("shadow", site.config.shadow);
    for (const char* which : {"auth_key", "secure_auth_key", "logged_in_key", "nonce_key",
                              "auth_salt", "secure_auth_salt", "logged_in_salt", "nonce_salt"})
        values.set(which, salt(site.record, which));
}

std::expected<const PhpFact*, std::string> php_of(const Inputs& inputs, const SiteConfig& config) {
    const auto& installed = inputs.facts.php;
    if (installed.empty())
        return std::unexpected("no PHP-FPM is installed (apt install php-fpm php-mysql)");
    if (config.php.version.empty()) return &installed.back();
    const auto it = std::ranges::find(installed, config.php.version, &PhpFact::version);
    if (it != installed.end()) return &*it;
    std::vector<std::string> versions;
    std::ranges::transform(installed, std::back_inserter(versions), &PhpFact::version);
    return std::unexpected("php.version " + config.php.version + " is not installed; there is " +
                           join(versions, ", "));
}

void set_fragments(const Site& site, Builder& builder, render::Values& values) {
    using render::Format;
    values.set_fragment("hardening", builder.fill("hardening.conf", Format::fragment, {}));
    std::string settings;
    for (const auto& [key, value] : site.config.php.settings)
        settings += builder.fill("php-setting.ini", Format::fragment,
                                 render::Values().set_key("key", key).set("value", value));
    values.set_fragment("settings", settings);
}

}  // namespace

std::string Site::data() const {
    return staging != nullptr ? staging->data : inputs.host.data_dir + "/" + name.str();
}

std::string Site::run_dir() const {
    return staging != nullptr ? staging->run_dir : names::run_dir(name);
}

std::string Site::slice() const {
    return staging != nullptr ? staging->slice : names::slice(name);
}

std::string Site::core_path() const {
    return std::string(names::core_dir) + "/" + core.id;
}

std::string Site::files() const {
    return data() + (config.wordpress.core == CoreMode::managed ? "/www/wp-content" : "/www");
}

std::string Site::url() const {
    return "http://" + (config.shadow.empty() ? config.domain : config.shadow);
}

std::expected<Site, std::string> resolve(const Inputs& inputs, const SiteName& name,
                                         const SiteConfig& config, const SiteRecord& record) {
    const auto php = php_of(inputs, config);
    if (!php) return std::unexpected(php.error());
    const auto core = inputs.facts.cores.find({config.wordpress.source, config.wordpress.sha256});
    if (core == inputs.facts.cores.end())
        return std::unexpected("wordpress.source " + config.wordpress.source +
                               " was not looked at");
    if (!core->second) return std::unexpected("wordpress.source " + core->second.error());
    return Site{inputs, name, config, record, **php, *core->second, nullptr};
}

std::string salt(const SiteRecord& record, const std::string& which) {
    return hmac_sha256_hex(record.allocation.seed, "wordpress " + which);
}

render::Values values_of(const Site& site, Builder& builder) {
    render::Values values;
    set_fragments(site, builder, values);
    set_identity(site, values);
    set_paths(site, values);
    set_network(site, values);
    set_php(site, values);
    set_services(site, values);
    set_web(site, values);
    return values;
}

}  // namespace wpns::desired
