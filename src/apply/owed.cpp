#include "apply/owed.hpp"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "apply/installer.hpp"
#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds install_deadline{300};

File file_of(const Owed& owed) {
    File file;
    file.content = json{{"marker", owed.marker}, {"request", owed.request}}.dump() + "\n";
    file.mode = 0600;
    return file;
}

Owed parsed(const std::string& path, const std::string& text) {
    const json object = json::parse(text, nullptr, false);
    const auto has = [&](const char* key) {
        return object.is_object() && object.contains(key) && object[key].is_string();
    };
    if (!has("marker") || !has("request"))
        throw Error(ErrorKind::conflict, path + " is damaged",
                    "remove it; wpns sync --no-cache installs the site then");
    return {object["marker"], object["request"]};
}

}  // namespace

void owe(host::Files& files, const std::map<SiteName, Owed>& sites) {
    files.make_directory(names::owed_dir, Directory{0, 0, 0700});
    std::map<std::string, File> all;
    for (const auto& [site, owed] : sites) all.emplace(names::owed_path(site), file_of(owed));
    files.write_many(all);
}

bool is_owed(const host::Files& files, const SiteName& site) {
    return files.read(names::owed_path(site)).has_value();
}

void forget_owed(host::Files& files, const SiteName& site) {
    if (is_owed(files, site)) files.remove_file(names::owed_path(site));
}

void pay(const host::Host& host, const SiteName& site) {
    const std::string path = names::owed_path(site);
    const auto file = host.files.read(path);
    if (!file) return;
    const Owed owed = parsed(path, file->content);
    const std::string unit = names::rendered_dir(site) + "/" + names::exec_file;
    const auto sandbox = host.files.read(unit);
    if (!sandbox) throw Error(ErrorKind::missing, unit + " is missing", "wpns sync " + site.str());
    require_installed(host.process.run(install_command(sandbox->content, owed.request)));
    mark_installed(host.files, owed.marker);
    host.files.remove_file(path);
}

void have_installed(const host::Host& host, const SiteName& site) {
    if (!is_owed(host.files, site)) return;
    const std::array<std::string, 1> unit = {names::unit(site, "install", "service")};
    const auto results = host.units.start(unit, install_deadline);
    if (!is_owed(host.files, site)) return;
    const auto result = results.find(unit.front());
    const std::string reason = result == results.end() ? "" : result->second;
    throw Error(ErrorKind::failed,
                "WordPress of " + site.str() + " could not be installed" +
                    (reason.empty() ? "" : ": " + reason),
                "journalctl -u " + unit.front());
}

}  // namespace wpns::apply
