#include "config/config.hpp"
#include "config/keys.hpp"

namespace wpns::config {

std::string site_file_text(const SiteConfig& site, const SiteConfig& defaults) {
    std::string text =
        "# A site of wpns: the name of this file is the name of the site. After a change: wpns "
        "sync\n"
        "# Every key but domain has a default; docs/configuration.md lists them all.\n\n";
    std::string table;
    for (const auto& key : site_keys()) {
        const std::string value = key.write(site);
        if (value.empty() || value == key.write(defaults)) continue;
        const auto dot = key.path.rfind('.');
        const std::string here = dot == key.path.npos ? "" : key.path.substr(0, dot);
        if (here != table) text += "\n[" + here + "]\n";
        table = here;
        text += key.path.substr(dot == key.path.npos ? 0 : dot + 1) + " = " + value + "\n";
    }
    return text;
}

}  // namespace wpns::config
