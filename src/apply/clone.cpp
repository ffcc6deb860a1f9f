#include "apply/clone.hpp"

#include "apply/restore_stage.hpp"
#include "model/names.hpp"

namespace wpns::apply {

std::string clone_source_dir(const SiteName& site) {
    return std::string(backup_dir) + "/." + site.str() + ".clone";
}

void clone(const host::Host& host, const Backup& source, const RestoreTarget& target) {
    exchange_data(host, source, target);
}

/// The marker of an installed WordPress comes with the exchange: before it the site is never given
/// one. It stays, so that this can be asked again after a kill at any moment.
bool settle_clone(const host::Host& host, const Intent& intent) {
    auto& files = host.files;
    end_staging(host, intent.site);
    if (files.is_directory(intent.path)) purge_data(files, intent.path);
    const std::string source = clone_source_dir(intent.site);
    if (files.is_directory(source)) files.purge_trusted_tree(source);
    if (!files.read(intent.data + "/" + names::installed_file)) return false;
    files.remove_file(intent.data + "/" + unfinished_file);
    Journal(files).end(intent.site);
    return true;
}

}  // namespace wpns::apply
