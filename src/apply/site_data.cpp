#include "apply/site_data.hpp"

#include <ctime>

#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

/// "20261122T055500Z": sorts by time and stands in a file name.
std::string utc_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32] = {};
    (void)std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

/// Everything below root's `directory`, each tree by the account that owns it: root never walks
/// inside one.
void purge_data(host::Files& files, const std::string& directory) {
    for (const auto& name : files.list(directory)) {
        const std::string path = directory + "/" + name;
        if (!files.is_directory(path))
            files.remove_file(path);
        else if (const auto owner = files.stat_directory(path)->uid; owner != 0)
            files.purge_tree(path, owner);
        else
            purge_data(files, path);
    }
    files.remove_directory(directory);
}

/// The path, with a number where an archive of the same second is there.
std::string unused(const host::Files& files, const std::string& path) {
    std::string candidate = path;
    for (unsigned number = 2; files.is_directory(candidate); ++number)
        candidate = path + "-" + std::to_string(number);
    return candidate;
}

void archive_data(Context& context, const ResourceKey& key) {
    const std::string target = unused(
        context.host.files, context.options.archive_dir + "/" + key.site + "-" + utc_stamp());
    context.host.files.make_directory(context.options.archive_dir, Directory{0, 0, 0700});
    context.host.files.rename(key.id, target);
    context.report[key.site].archive = target;
}

}  // namespace

void remove_directory(Context& context, const ResourceKey& key) {
    // A memory of what could be made again: it goes with the last site.
    if (key.id == names::images_dir) return context.host.files.purge_trusted_tree(key.id);
    const std::string data = context.options.data_dir + "/" + key.site;
    if (key.id.starts_with(data + "/")) return;
    if (key.id != data) return context.host.files.remove_directory(key.id);
    if (context.options.removal == Removal::purge)
        purge_data(context.host.files, key.id);
    else
        archive_data(context, key);
}

}  // namespace wpns::apply
