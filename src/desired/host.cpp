#include "desired/accepts.hpp"
#include "desired/builder.hpp"
#include "desired/core.hpp"
#include "desired/desired.hpp"
#include "desired/firewall.hpp"
#include "model/names.hpp"

namespace wpns::desired {
namespace {

using render::Format;
using render::Values;

constexpr const char* nginx_file = "/etc/nginx/conf.d/wpns.conf";
constexpr const char* sysctl_file = "/etc/sysctl.d/60-wpns.conf";

void add_directories(const Inputs& inputs, Builder& builder) {
    const Directory open;
    for (const char* path :
         {names::rendered_root, names::core_dir, names::opcodes_dir, names::vhost_dir})
        builder.add(Kind::directory, path, open);
    builder.add(Kind::directory, inputs.host.data_dir, open);
    builder.add(Kind::directory, names::images_dir, Directory{0, 0, 0700});
}

void add_firewall(const Inputs& inputs, Builder& builder) {
    const auto table = firewall_table(inputs);
    File text;
    text.content = table.text;
    text.mode = 0600;
    const auto file = builder.add(Kind::file, firewall_file, text);
    File sysctl;
    sysctl.content =
        builder.fill(inputs.host.pool6 ? "sysctl-ipv6.conf" : "sysctl.conf", Format::plain, {});
    const auto forwarding = builder.add(Kind::file, sysctl_file, sysctl);
    builder.add(Kind::firewall, "table inet wpns", table, {file, forwarding});
}

void add_accepts(const Inputs& inputs, Builder& builder) {
    for (const auto& place : accepts(inputs.facts.passage))
        builder.add(Kind::accept, place, Accept{inputs.host.pool});
}

/// Debian's /etc/nginx/sites-available/default as it comes with the package, comments aside.
bool is_stock(const std::string& text) {
    static const std::vector<render::Setting> stock = {
        {"", "server/0", ""},
        {"server", "listen/2", "80 default_server"},
        {"server", "listen/2", "[::]:80 default_server"},
        {"server", "root/1", "/var/www/html"},
        {"server", "index/3", "index.html index.htm index.nginx-debian.html"},
        {"server", "server_name/1", "_"},
        {"server", "location/1", "/"},
        {"server/location", "try_files/3", "$uri $uri/ =404"},
        {"server", "}", ""},
        {"", "}", ""}};
    const auto settings = render::parse(Format::nginx, text);
    return settings && *settings == stock;
}

/// Names that no site has are refused by our own server. Beside Debian's untouched welcome page it
/// takes them by name; where the admin has made another server the default, that is an answer, and
/// ours stays away.
std::string catch_all(const Inputs& inputs, Builder& builder, const Values& values) {
    const auto& other = inputs.facts.foreign_default_server;
    if (other.empty()) return builder.fill("nginx-catch-all.conf", Format::nginx, values);
    return is_stock(other) ? builder.fill("nginx-catch-all-named.conf", Format::nginx, values) : "";
}

void add_nginx(const Inputs& inputs, Builder& builder) {
    Values values;
    values.set_list("listen", inputs.host.listen);
    values.set_fragment("catch_all", catch_all(inputs, builder, values));
    builder.add(Kind::vhost, nginx_file,
                Vhost{.content = builder.fill("nginx-host.conf", Format::nginx, values)},
                {{Kind::directory, names::vhost_dir, ""}});
}

/// What looks host names of allow lists up again, proves the walls, keeps the namespaces, puts the
/// firewall back and parks idle sites. They come with the program, so there is no file to write:
/// they are switched on as long as there is a site that needs them.
void add_units(Builder& builder, Idling idling) {
    Unit unit;
    unit.enabled = true;
    for (const char* name : {names::resolve_timer, names::verify_timer})
        builder.add_unit(name, unit, {}, {});
    // At boot the units of the sites want it. So it may run before this program knows of it.
    builder.add_unit(names::netns_holder, Unit{}, {}, {});
    builder.add_unit(names::firewall_watch, unit, {}, {{Kind::firewall, "table inet wpns", ""}});
    if (idling == Idling::some) builder.add_unit(names::idle_timer, unit, {}, {});
}

/// A timer that the configuration sets; its service comes with the program.
void add_timer(Builder& builder, const char* name, const std::string& calendar) {
    if (calendar == "never") return;
    File file;
    // "daily" and "03:30" are both calendars of systemd's.
    file.content = builder.fill(name, Format::unit, Values().set("calendar", calendar));
    const auto key =
        builder.add(Kind::file, names::unit_dir + std::string("/") + name, std::move(file));
    Unit timer;
    timer.enabled = true;
    builder.add_unit(name, timer, {key}, {});
}

/// Backups, and the restores that prove them.
void add_backups(const Inputs& inputs, Builder& builder) {
    if (inputs.host.backup_schedule == "never") return;
    add_timer(builder, names::backup_timer, inputs.host.backup_schedule);
    add_timer(builder, names::prove_timer, inputs.host.backup_prove);
    if (!inputs.host.backup_repository.empty())
        add_timer(builder, names::prune_timer, inputs.host.backup_prune);
}

}  // namespace

std::expected<Desired, std::string> for_host(const Inputs& inputs,
                                             const std::set<CoreSource>& sources, Idling idling) {
    Builder builder(inputs.templates, "");
    add_directories(inputs, builder);
    add_firewall(inputs, builder);
    add_accepts(inputs, builder);
    add_nginx(inputs, builder);
    add_units(builder, idling);
    add_backups(inputs, builder);
    for (const auto& source : sources) {
        const auto fact = inputs.facts.cores.find(source);
        if (fact == inputs.facts.cores.end() || !fact->second) continue;
        builder.add(Kind::core, std::string(names::core_dir) + "/" + fact->second->id,
                    core(inputs, builder, *fact->second), {{Kind::directory, names::core_dir, ""}});
    }
    return builder.take();
}

}  // namespace wpns::desired
