#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/digest.hpp"
#include "model/resource.hpp"

namespace wpns {
namespace {

/// Text that no two different resources share: every value stands behind its length. The names, the
/// order of the fields and the words for enums are part of the registry format: never change them.
class Canonical {
  public:
    Canonical& add(std::string_view name, std::string_view value) {
        text_ += name;
        text_ += '=';
        text_ += std::to_string(value.size());
        text_ += ':';
        text_ += value;
        text_ += '\n';
        return *this;
    }
    Canonical& add(std::string_view name, std::uint64_t value) {
        return add(name, std::string_view(std::to_string(value)));
    }
    Canonical& add(const ResourceKey& key) {
        return add("kind", to_string(key.kind)).add("id", key.id).add("site", key.site);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

void put(Canonical& out, const Account& account) {
    out.add("uid", account.uid);
}

void put(Canonical& out, const Directory& directory) {
    out.add("uid", directory.uid).add("gid", directory.gid).add("mode", directory.mode);
}

void put(Canonical& out, const Quota& quota) {
    out.add("bytes", quota.bytes).add("files", quota.files);
}

void put(Canonical& out, const Core& core) {
    // The same bytes are the same tree, wherever they come from.
    if (!core.sha256.empty())
        out.add("sha256", core.sha256);
    else
        out.add("source", core.source).add("version", core.version);
}

void put(Canonical&, const Opcodes&) {}

void put(Canonical& out, const File& file) {
    out.add("content", file.content).add("link_target", file.link_target);
    out.add("uid", file.uid).add("gid", file.gid).add("mode", file.mode);
}

void put(Canonical&, const Netns&) {}

void put(Canonical& out, const FirewallTable& table) {
    out.add("digest", table.digest);
}

void put(Canonical& out, const FirewallSite& site) {
    out.add("link", site.link).add("address", site.address.str());
    out.add("gateway", site.gateway.str()).add("egress", to_string(site.egress));
    // What was not there in the first version shows only where it is used.
    for (const AllowBox& box : site.allowed)
        out.add("allowed", box.network.str()).add("protocol", box.protocol).add("port", box.port);
    if (!site.names.empty()) out.add("names", site.names);
    if (site.source_address != Ipv4{}) out.add("source_address", site.source_address.str());
    if (site.connections != 0) out.add("connections", site.connections);
    if (site.address6 != Ipv6{}) out.add("address6", site.address6.str());
    if (site.gateway6 != Ipv6{}) out.add("gateway6", site.gateway6.str());
    if (site.port.bridge.empty()) return;
    out.add("bridge", site.port.bridge).add("port", site.port.port);
    out.add("mac", site.port.mac.str());
}

void put(Canonical& out, const Accept& accept) {
    out.add("pool", accept.pool ? accept.pool->str() : "");
}

void put(Canonical& out, const Bridge& bridge) {
    out.add("name", bridge.name.name).add("full", bridge.name.full).add("mac", bridge.mac.str());
    out.add("address", bridge.address.str()).add("prefix", bridge.prefix);
    if (bridge.prefix6 == 0) return;
    out.add("address6", bridge.address6.str()).add("prefix6", bridge.prefix6);
}

void put(Canonical& out, const Link& link) {
    out.add("host_end", link.host_end.name).add("host_end_full", link.host_end.full);
    out.add("site_end", link.site_end.name).add("site_end_full", link.site_end.full);
    out.add("netns", link.netns).add("host_address", link.host_address.str());
    out.add("site_address", link.site_address.str()).add("prefix", link.prefix);
    out.add("host_mac", link.host_mac.str()).add("site_mac", link.site_mac.str());
    out.add("mtu", link.mtu);
    if (link.up != 0) out.add("up", link.up);
    if (link.down != 0) out.add("down", link.down);
    if (!link.bridge.empty()) out.add("bridge", link.bridge);
    if (link.prefix6 == 0) return;
    out.add("prefix6", link.prefix6).add("host_address6", link.host_address6.str());
    out.add("site_address6", link.site_address6.str());
}

void put(Canonical&, const Database&) {}

void put(Canonical& out, const Unit& unit) {
    out.add("active", unit.active).add("enabled", unit.enabled).add("reload", unit.reload);
    for (const auto& input : unit.inputs) out.add(input);
    out.add("inputs_digest", unit.inputs_digest);
}

void put(Canonical&, const Wordpress&) {}

void put(Canonical& out, const Vhost& vhost) {
    out.add("content", vhost.content);
}

}  // namespace

std::string digest_of(const ResourceKey& key, const Resource& resource) {
    constexpr std::size_t digits = 16;
    Canonical canonical;
    canonical.add(key);
    std::visit([&](const auto& value) { put(canonical, value); }, resource);
    return sha256_hex(canonical.text()).substr(0, digits);
}

}  // namespace wpns
