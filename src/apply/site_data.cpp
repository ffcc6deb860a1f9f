#include "apply/site_data.hpp"

#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/owed.hpp"
#include "base/error.hpp"

namespace wpns::apply {
namespace {

/// What the site had been given goes with its data, so that it can come back as it was.
ArchiveRecord record_of(const Context& context, const SiteName& site, const std::string& stamp) {
    ArchiveRecord record{ArchiveKind::removed, site, stamp, {}, {}};
    if (const auto it = context.registry.sites.find(site); it != context.registry.sites.end()) {
        record.domain = it->second.domain;
        record.allocation = it->second.allocation;
    }
    return record;
}

void archive_data(Context& context, const ResourceKey& key) {
    auto& files = context.host.files;
    const auto site = SiteName::parse(key.site);
    if (!site) throw Error(ErrorKind::bug, "no site of " + key.str());
    const auto name = unused_name(files, {context.options.archive_dir, backup_dir}, *site);
    const std::string target = context.options.archive_dir + "/" + name.str();
    files.make_directory(context.options.archive_dir, Directory{0, 0, 0700});
    write_record(files, key.id, record_of(context, *site, name.stamp));
    files.rename(key.id, target);
    context.report[key.site].archive = target;
}

/// Holds what is made again wherever it is missing, and maybe trees that no registry knows, of a
/// run that was killed or of a registry that was lost.
bool is_memory(const std::string& directory) {
    return directory == names::core_dir || directory == names::images_dir ||
           directory == names::opcodes_dir;
}

}  // namespace

void remove_directory(Context& context, const ResourceKey& key) {
    if (is_memory(key.id)) return context.host.files.purge_trusted_tree(key.id);
    const std::string data = context.options.data_dir + "/" + key.site;
    if (key.id.starts_with(data + "/")) return;
    if (key.id != data) return context.host.files.remove_directory(key.id);
    // Where the data comes back, a run installs what is not installed.
    if (const auto site = SiteName::parse(key.site)) forget_owed(context.host.files, *site);
    if (context.options.removal == Removal::purge)
        purge_data(context.host.files, key.id);
    else
        archive_data(context, key);
}

}  // namespace wpns::apply
