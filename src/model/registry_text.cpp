#include "model/registry_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

/// A TOML basic string.
std::string quoted(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            result += "\\u00";
            result += hex[byte >> 4U];
            result += hex[byte & 0xfU];
            continue;
        }
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

void put(std::string& out, std::string_view key, const std::string& toml_value) {
    out += key;
    out += " = ";
    out += toml_value;
    out += '\n';
}

void put_resources(std::string& out, std::string_view key, const Recorded& resources,
                   const std::string& site) {
    out += key;
    out += " = [";
    for (const auto& [resource, digest] : resources) {
        if (resource.site != site)
            throw Error(ErrorKind::bug, resource.str() + " of site '" + resource.site +
                                            "' stands in the registry with '" + site + "'");
        out += "\n  ";
        out += quoted(resource.str() + ' ' + digest);
        out += ',';
    }
    out += resources.empty() ? "]\n" : "\n]\n";
}

/// What the first version did not know stands there only where it is used.
void put_policy(std::string& out, const AppliedNetwork& network) {
    std::vector<std::string> allow;
    for (const AllowTarget& target : network.allow) allow.push_back(quoted(target.str()));
    if (!allow.empty()) put(out, "allow", "[" + join(allow, ", ") + "]");
    if (network.source_address != Ipv4{})
        put(out, "source_address", quoted(network.source_address.str()));
    if (network.connections != 0) put(out, "connections", std::to_string(network.connections));
    if (network.mac != Mac{}) put(out, "mac", quoted(network.mac.str()));
    if (network.up != 0) put(out, "up", std::to_string(network.up));
    if (network.down != 0) put(out, "down", std::to_string(network.down));
}

void put_site(std::string& out, const SiteName& name, const SiteRecord& site) {
    out += "\n[sites." + name.str() + "]\n";
    put(out, "domain", quoted(site.domain));
    put(out, "subnet", quoted(site.allocation.subnet.str()));
    if (site.allocation.subnet6) put(out, "subnet6", quoted(site.allocation.subnet6->str()));
    if (!site.allocation.group.empty()) {
        put(out, "group", quoted(site.allocation.group));
        put(out, "address", quoted(site.allocation.address.str()));
    }
    put(out, "uid", std::to_string(site.allocation.uid));
    put(out, "db_uid", std::to_string(site.allocation.db_uid));
    put(out, "seed", quoted(site.allocation.seed));
    put(out, "mtu", std::to_string(site.network.mtu));
    put(out, "egress", quoted(to_string(site.network.egress)));
    put_policy(out, site.network);
    if (site.idle_after != 0) put(out, "idle_after", std::to_string(site.idle_after));
    if (site.parked) put(out, "parked", "true");
    put_resources(out, "resources", site.resources, name.str());
}

void put_tombstone(std::string& out, const Tombstone& tombstone) {
    out += "\n[[tombstones]]\n";
    put(out, "site", quoted(tombstone.site));
    put(out, "uid", std::to_string(tombstone.uid));
    put(out, "db_uid", std::to_string(tombstone.db_uid));
    put(out, "archive", quoted(tombstone.archive));
}

}  // namespace

std::string to_text(const SiteName& name, const SiteRecord& site) {
    std::string text;
    put_site(text, name, site);
    return text;
}

std::string to_text(const Registry& registry) {
    std::string body = "schema = 1\n";
    put(body, "lineage", quoted(registry.lineage));
    put(body, "serial", std::to_string(registry.serial));
    put_resources(body, "host", registry.host, "");
    for (const auto& [name, site] : registry.sites) put_site(body, name, site);
    for (const auto& tombstone : registry.tombstones) put_tombstone(body, tombstone);
    return "checksum = \"" + sha256_hex(body) + "\"\n" + body;
}

}  // namespace wpns
