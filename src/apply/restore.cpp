#include "apply/restore.hpp"

#include <algorithm>

#include "apply/installer.hpp"
#include "apply/owed.hpp"
#include "apply/restore_stage.hpp"
#include "base/error.hpp"
#include "base/scope_guard.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

constexpr std::chrono::seconds site_deadline{360};

void stop(host::Units& units, const std::vector<std::string>& names) {
    for (const auto& [name, error] : units.stop(names, site_deadline))
        if (!error.empty()) throw Error(ErrorKind::failed, "stop " + name + ": " + error);
}

/// The services, and with the slice whatever else runs as the site: all that has the old
/// directories mounted.
void stop_site(host::Units& units, const RestoreTarget& target) {
    stop(units, target.services);
    stop(units, {names::slice(target.site)});
}

/// What is about to be replaced gets all that an archive has.
void label(host::Files& files, const RestoreTarget& target) {
    const auto stamp = target.staging.data.substr(target.staging.data.rfind('/') + 1)
                           .substr(target.site.str().size() + 1);
    const std::string& data = target.intent.data;
    write_record(files, data,
                 {ArchiveKind::replaced, target.site, stamp, target.domain, target.allocation});
    File settings;
    settings.content = target.settings;
    settings.mode = 0600;
    files.write(data + "/" + site_settings_file, settings);
}

}  // namespace

std::string staging_run_dir(const SiteName& site) {
    return names::run_dir(site) + ".restore";
}

void exchange_data(const host::Host& host, const Backup& backup, const RestoreTarget& target) {
    auto& files = host.files;
    const std::string& path = target.intent.path;
    const std::string archive_dir = path.substr(0, path.rfind('/'));
    if (!files.is_directory(archive_dir)) files.make_directory(archive_dir, Directory{0, 0, 0700});
    files.make_directory(target.staging.run_dir, {});
    files.make_directory(path, {});
    limit_staging(host, target, "", making_a_database);
    files.write(path + "/" + unfinished_file, File{});
    with_context("unpack the files", [&] { stage_files(host, backup, target); });
    with_context("load the database", [&] { stage_database(host, backup, target); });
    limit_staging(host, target, "");
    mark_installed(files, path + "/" + names::installed_file);
    label(files, target);
    with_context("stop the site", [&] { stop_site(host.units, target); });
    files.exchange(target.intent.data, path);
    forget_owed(files, target.site);
}

std::string restore(const host::Host& host, Registry& registry, RegistryFile& file,
                    const Backup& backup, const RestoreTarget& target) {
    Journal(host.files).begin(target.intent);
    ScopeGuard undo([&] {
        try {
            settle_restore(host, registry, file, target.intent);
        } catch (const Error&) {  // the error that is on its way says more; the next run does it
        }
    });
    exchange_data(host, backup, target);
    undo.dismiss();
    settle_restore(host, registry, file, target.intent);
    return target.intent.path;
}

void settle_restore(const host::Host& host, Registry& registry, RegistryFile& file,
                    const Intent& intent) {
    auto& files = host.files;
    discard_staged(host, intent.site);
    end_staging(host, intent.site);
    if (files.is_directory(intent.path)) {
        const auto record = read_record(files, intent.path);
        if (files.read(intent.path + "/" + unfinished_file) || !record) {
            purge_data(files, intent.path);
        } else {
            files.remove_file(intent.data + "/" + unfinished_file);
            keep_numbers(registry, *record, intent.path);
            file.save(registry);
        }
    }
    Journal(files).end(intent.site);
}

}  // namespace wpns::apply
