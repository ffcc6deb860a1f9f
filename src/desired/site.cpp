#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "desired/builder.hpp"
#include "desired/desired.hpp"
#include "desired/image.hpp"
#include "desired/network.hpp"
#include "desired/shared.hpp"
#include "desired/values.hpp"
#include "model/given.hpp"

namespace wpns::desired {
namespace {

using render::Format;
using render::Values;
using Keys = std::vector<ResourceKey>;

/// A rendered file of the site: template, name in the site's directory, format, who may read it.
enum class Reader { all, site };
struct Rendered {
    const char* template_name;
    const char* name;
    Format format;
    Reader reader = Reader::all;
};
constexpr std::array rendered_files = {
    Rendered{"my.cnf", "my.cnf", Format::ini},
    Rendered{"php-fpm.conf", "php-fpm.conf", Format::ini},
    Rendered{"php.ini", "php.ini", Format::ini},
    Rendered{"nginx-site.conf", "nginx.conf", Format::nginx},
    Rendered{"hosts", "hosts", Format::plain},
    Rendered{"resolv.conf", "resolv.conf", Format::plain},
    Rendered{"passwd", "passwd", Format::plain},
    Rendered{"group", "group", Format::plain},
    Rendered{"passwd-db", "passwd-db", Format::plain},
    Rendered{"group-db", "group-db", Format::plain},
    Rendered{"wp-config.php", "wp-config.php", Format::php, Reader::site},
    Rendered{"wpns-exec@.service", names::exec_file, Format::unit},
    Rendered{"wpns-dbinit@.service", "dbinit.service", Format::unit},
};

/// Builds one site, step by step in the order of its needs.
class SiteBuilder {
  public:
    explicit SiteBuilder(const Site& site)
        : site_(site),
          builder_(site.inputs.templates, site.name.str()),
          values_(values_of(site, builder_)) {}

    std::expected<Desired, std::string> run() {
        add_accounts();
        add_directories();
        add_temporary_directories();
        add_files();
        add_opcodes();
        add_network();
        add_database();
        add_units();
        add_wordpress();
        add_vhost();
        return builder_.take();
    }

  private:
    void add_accounts() {
        const auto& allocation = site_.record.allocation;
        account_ = builder_.add(Kind::account, names::account(site_.name), Account{allocation.uid});
        db_account_ =
            builder_.add(Kind::account, names::db_account(site_.name), Account{allocation.db_uid});
    }

    /// Nothing is made below the data directory before the filesystem counts it: what a site holds
    /// is never gone through to be counted.
    ResourceKey add_data() {
        auto data = builder_.add(Kind::directory, site_.data(), Directory{},
                                 {{Kind::directory, site_.inputs.host.data_dir, ""}});
        if (!site_.inputs.facts.no_quotas.empty()) return data;
        return builder_.add(Kind::quota, site_.data(), quota(site_.config.limits.disk), {data});
    }

    /// What the sandboxes have as /tmp, so that it counts as the site's, and not on the host's.
    void add_temporary_directories() {
        const auto top = builder_.add(Kind::directory, site_.data() + "/tmp", Directory{}, {data_});
        const auto own = [&](const char* name, std::uint32_t uid, const ResourceKey& account) {
            return builder_.add(Kind::directory, site_.data() + "/tmp/" + name,
                                Directory{uid, uid, 0700}, {top, account});
        };
        const auto& allocation = site_.record.allocation;
        temporary_ = {own("web", allocation.uid, account_), own("php", allocation.uid, account_),
                      own("database", allocation.db_uid, db_account_)};
        if (!site_.inputs.facts.no_quotas.empty()) return;
        for (const char* part : names::counted_apart) {
            const std::string path = site_.data() + part;
            temporary_.push_back(builder_.add(Kind::quota, path,
                                              temporary_quota(site_.config.limits.disk),
                                              {{Kind::directory, path, site_.name.str()}}));
        }
    }

    /// DATA/www belongs to the site as a whole only with a core of its own. Else it is root's and
    /// holds wp-content, so that what PID 1 binds can never be swapped for a link.
    void add_directories() {
        const auto uid = site_.record.allocation.uid;
        const bool managed = site_.config.wordpress.core == CoreMode::managed;
        rendered_dir_ = builder_.add(Kind::directory, names::rendered_dir(site_.name), Directory{});
        data_ = add_data();
        const Directory own{uid, uid, 0700};
        const auto www = builder_.add(Kind::directory, site_.data() + "/www",
                                      managed ? Directory{} : own, {data_, account_});
        files_ = managed ? builder_.add(Kind::directory, site_.files(), own, {www, account_}) : www;
        run_dir_ = builder_.add(Kind::directory, names::run_dir(site_.name),
                                run_directory(site_.record.allocation), {account_});
    }

    void add_files() {
        for (const auto& file : rendered_files) {
            File value;
            value.content = builder_.fill(file.template_name, file.format, values_);
            if (file.reader == Reader::site) {
                value.gid = site_.record.allocation.uid;
                value.mode = 0640;
            }
            add_file(std::string(rendered_dir_.id) + "/" + file.name, value, {rendered_dir_});
        }
        if (site_.config.network.egress == Egress::quarantine)
            add_mark("quarantine", "network.egress is \"quarantine\": no scheduled task runs\n");
        if (!site_.config.shadow.empty())
            add_mark("shadow", "this site is a shadow: no scheduled task runs\n");
        if (site_.record.idle_after != 0) add_idle();
        File given;
        given.content = to_text(
            Given{site_.name, site_.config.domain, site_.record.allocation, site_.record.network});
        given.mode = 0600;
        add_file(std::string(rendered_dir_.id) + "/" + names::given_file, given, {rendered_dir_});
        File resolver;
        resolver.content = builder_.fill("resolv.conf", Format::plain, values_);
        const std::string netns_dir = "/etc/netns/" + site_.name.str();
        const auto directory = builder_.add(Kind::directory, netns_dir, Directory{});
        add_file(netns_dir + "/resolv.conf", resolver, {directory});
    }

    /// No task of WordPress runs while it is there: nothing may change what is to be looked at, and
    /// no shadow does what its original does already.
    void add_mark(const std::string& name, const std::string& words) {
        File mark;
        mark.content = words;
        add_file(std::string(rendered_dir_.id) + "/" + name, mark, {rendered_dir_});
    }

    /// What `wpns idle` goes by, many times an hour: much less to read than the registry.
    void add_idle() {
        File limit;
        limit.content = std::to_string(site_.record.idle_after) + "\n";
        add_file(std::string(rendered_dir_.id) + "/" + names::idle_file, limit, {rendered_dir_});
    }

    void add_file(const std::string& path, const File& value, Keys needs) {
        builder_.add(Kind::file, path, value, std::move(needs));
    }

    void add_opcodes() {
        if (const auto key = opcodes_key(site_)) opcodes_ = add_opcodes_of(site_, *key, builder_);
    }

    void add_network() {
        const Link link = desired::link(site_.name, site_.record);
        netns_ = builder_.add(Kind::netns, site_.name.str(), Netns{},
                              {{Kind::unit, names::netns_holder, ""}});
        const FirewallSite rules = firewall_site(site_.name, site_.record);
        Keys needs = {netns_, builder_.add(Kind::firewall, rules.link, rules, {table_key()})};
        if (auto key = add_bridge_of(site_, builder_)) needs.push_back(std::move(*key));
        link_ = builder_.add(Kind::link, link.host_end.name, link, std::move(needs));
    }

    void add_database() {
        Database database;
        database.image = image_path(site_);
        database.sandbox = builder_.fill("wpns-dbinit@.service", Format::unit, values_);
        database.argv = {"/usr/bin/php", "/usr/share/wpns/php/image.php"};
        std::ranges::copy(dbinit_argv(), std::back_inserter(database.argv));
        // A locale is letters, digits and underscores.
        database.input = "{\"locale\": \"" + site_.config.wordpress.locale + "\"}";
        database.uid = site_.record.allocation.db_uid;
        database_ = builder_.add(
            Kind::database, site_.data() + "/mysql", database,
            keys_of({"my.cnf", "php.ini", "hosts", "passwd-db", "group-db"},
                    {data_, db_account_, core_key(), {Kind::directory, names::images_dir, ""}}));
    }

    [[nodiscard]] ResourceKey core_key() const { return {Kind::core, site_.core_path(), ""}; }

    /// The keys of rendered files, after `others`.
    [[nodiscard]] Keys keys_of(const std::vector<std::string>& names, Keys others) const {
        for (const auto& name : names)
            others.push_back({Kind::file, rendered_dir_.id + "/" + name, site_.name.str()});
        return others;
    }

    ResourceKey unit_file(const std::string& template_name, const std::string& unit_name) {
        File file;
        file.content = builder_.fill(template_name, Format::unit, values_);
        return builder_.add(Kind::file, std::string(names::unit_dir) + "/" + unit_name, file);
    }

    ResourceKey unit_file_of(const std::string& role, const std::string& type) {
        return unit_file("wpns-" + role + "@." + type, names::unit(site_.name, role, type));
    }

    /// What every socket and the service behind it need besides.
    [[nodiscard]] Keys with_surroundings(Keys needs) const {
        needs.insert(needs.end(), {netns_unit_, link_, slice_, run_dir_, account_, db_account_});
        needs.insert(needs.end(), temporary_.begin(), temporary_.end());
        return needs;
    }

    /// The inputs of a socket, which this adds.
    Keys add_socket(const std::string& role, Keys inputs, const Keys& needs, const Unit& unit) {
        inputs.push_back(unit_file_of(role, "socket"));
        builder_.add_unit(names::unit(site_.name, role, "socket"), unit, inputs, needs);
        return inputs;
    }

    /// Of the services, and of the port: systemd runs a program for each address in a namespace,
    /// which takes it half a minute with a thousand sites. Who has been visited has it.
    [[nodiscard]] Unit of_awake() const {
        Unit unit;
        unit.on_demand = site_.record.on_demand();
        return unit;
    }

    /// A socket and the service behind it, with what that reads besides. The service is restarted
    /// with its sockets: systemd refuses to start a socket whose service runs.
    void add_service(const std::string& role, const Keys& socket_inputs, Keys inputs, Keys needs) {
        needs = with_surroundings(std::move(needs));
        std::ranges::copy(add_socket(role, socket_inputs, needs, {}), std::back_inserter(inputs));
        inputs.push_back(unit_file_of(role, "service"));
        builder_.add_unit(names::unit(site_.name, role, "service"), of_awake(), std::move(inputs),
                          std::move(needs));
    }

    void add_units() {
        slice_ = unit_file("wpns-site.slice", names::slice(site_.name));
        const auto netns_file = unit_file_of("netns", "service");
        netns_unit_ = builder_.add_unit(names::unit(site_.name, "netns", "service"), Unit{},
                                        {netns_file}, {netns_, link_});
        const ResourceKey core = core_key();
        add_service(
            "mysqld", {},
            keys_of({"my.cnf", "passwd-db", "group-db"},
                    add_socket("mysqld-tcp", {netns_}, with_surroundings({database_}), of_awake())),
            {database_});
        add_service("php", {netns_},
                    keys_of({"php-fpm.conf", "php.ini", "hosts", "resolv.conf", "passwd", "group",
                             "wp-config.php"},
                            {}),
                    {core, files_, opcodes_});
        add_service("web", {}, keys_of({"nginx.conf", "passwd", "group"}, {}), {core, files_});
        const auto cron = unit_file_of("cron", "service");
        builder_.add_unit(names::unit(site_.name, "cron", "timer"), Unit{},
                          {unit_file_of("cron", "timer")}, {cron, netns_unit_});
        add_target();
    }

    /// Its file says what a boot starts and is no input: nothing is restarted when that changes.
    void add_target() {
        Unit target;
        target.enabled = true;
        Keys needs = all_units();
        needs.push_back(unit_file("wpns@.target", names::target(site_.name)));
        builder_.add_unit(names::target(site_.name), target, {}, std::move(needs));
    }

    [[nodiscard]] Keys all_units() const {
        Keys keys = {{Kind::unit, names::database_port(site_.name), site_.name.str()}};
        for (const char* role : {"mysqld", "php", "web"})
            for (const char* type : {"socket", "service"})
                keys.push_back({Kind::unit, names::unit(site_.name, role, type), site_.name.str()});
        keys.push_back({Kind::unit, names::unit(site_.name, "cron", "timer"), site_.name.str()});
        return keys;
    }

    void add_wordpress() {
        Wordpress wordpress;
        wordpress.sandbox = builder_.fill("wpns-exec@.service", Format::unit, values_);
        wordpress.title = site_.config.title;
        wordpress.admin_user = site_.config.admin_user;
        wordpress.admin_email = site_.config.admin_email;
        wordpress.locale = site_.config.wordpress.locale;
        wordpress.url = site_.url();
        wordpress.core = site_.config.wordpress.core;
        wordpress_ = builder_.add(Kind::wordpress, site_.data() + "/" + names::installed_file,
                                  wordpress, all_units());
    }

    void add_vhost() {
        Vhost vhost = visited_at(site_.inputs.host.listen);
        vhost.closed = site_.config.network.egress == Egress::quarantine;
        vhost.content = builder_.fill(vhost_template(vhost.closed), Format::nginx, values_);
        vhost.domain = site_.config.domain;
        builder_.add(Kind::vhost, names::vhost_path(site_.name), vhost,
                     {{Kind::directory, names::vhost_dir, ""},
                      {Kind::vhost, "/etc/nginx/conf.d/wpns.conf", ""},
                      wordpress_});
    }

    [[nodiscard]] const char* vhost_template(bool closed) const {
        if (closed) return "nginx-vhost-quarantine.conf";
        return site_.config.shadow.empty() ? "nginx-vhost.conf" : "nginx-vhost-shadow.conf";
    }

    /// A vhost with the address and port of the first IPv4 `listen` value: "80", "8080" or
    /// "192.0.2.1:80".
    static Vhost visited_at(const std::vector<std::string>& listen) {
        Vhost vhost;
        for (const auto& value : listen) {
            if (value.starts_with('[')) continue;
            const auto colon = value.find(':');
            const auto address =
                Ipv4::parse(colon == std::string::npos ? "127.0.0.1" : value.substr(0, colon));
            const auto port = colon == std::string::npos ? value : value.substr(colon + 1);
            if (!address) continue;
            vhost.address = *address;
            std::from_chars(port.data(), port.data() + port.size(), vhost.port);
            return vhost;
        }
        return vhost;
    }

    const Site& site_;
    Builder builder_;
    Values values_;
    ResourceKey account_, db_account_, rendered_dir_, data_, files_, run_dir_, netns_, link_,
        database_, slice_, netns_unit_, wordpress_, opcodes_;
    Keys temporary_;
};

}  // namespace

Quota quota(std::uint64_t disk) {
    // As many bytes for each file as ext4 itself reckons with when it is made.
    constexpr std::uint64_t bytes_for_a_file = 16U << 10;
    return {disk, disk / bytes_for_a_file, 0};
}

Quota temporary_quota(std::uint64_t disk) {
    return quota(disk / 4);
}

std::expected<Desired, std::string> for_site(const Inputs& inputs, const SiteName& site,
                                             const SiteConfig& config, const SiteRecord& record) {
    const auto resolved = resolve(inputs, site, config, record);
    if (!resolved) return std::unexpected(resolved.error());
    return SiteBuilder(*resolved).run();
}

}  // namespace wpns::desired
