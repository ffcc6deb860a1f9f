#include "config/checks.hpp"
#include "config/units.hpp"
#include "model/names.hpp"

namespace wpns::config {

void check_site_values(Document& document, const std::string& front, const SiteConfig& values) {
    const bool memory_here =
        document.has(front + "mysql.memory") || document.has(front + "limits.memory");
    if (memory_here && values.mysql.memory >= values.limits.memory) {
        const auto* key = document.has(front + "mysql.memory") ? "mysql.memory" : "limits.memory";
        document.report().add(
            document.place_of(front + key),
            {front + "mysql.memory " + size_text(values.mysql.memory) + " leaves nothing of " +
                 front + "limits.memory " + size_text(values.limits.memory),
             "limits.memory is for the database, PHP and the web server together"});
    }
    if (document.has("shadow") && values.shadow == values.domain)
        document.report().add(document.place_of("shadow"),
                              {"shadow is the domain of this site",
                               "leave it out: it names another site whose address this one keeps"});
    if (front.empty() && document.parsed() && values.network.egress == Egress::allow &&
        values.network.allow.empty())
        document.report().add(
            document.place_of(document.has("network.egress") ? "network.egress" : "network.allow"),
            {"network.egress is \"allow\", but network.allow names nothing",
             "list targets in network.allow, or write egress = \"none\""});
    const std::string source = front + "wordpress.source";
    const bool url = values.wordpress.source.starts_with("https://");
    if (document.has(source) && url && values.wordpress.sha256.empty())
        document.report().add(document.place_of(source),
                              {source + ": a URL needs wordpress.sha256",
                               "write the SHA-256 of the archive beside it"});
}

void check_source(Document& document, const std::string& front, const SiteConfig& values,
                  const HostConfig& host) {
    const std::string key = front + "wordpress.source";
    const std::string& source = values.wordpress.source;
    if (!document.has(key)) return;
    for (const std::string& directory :
         {host.data_dir, host.archive_dir, std::string(names::state_dir)}) {
        if (!(source + "/").starts_with(directory + "/")) continue;
        document.report().add(
            document.place_of(key),
            {key + ": " + source + " is in " + directory + ", which holds the data of sites", {}});
        return;
    }
}

}  // namespace wpns::config
