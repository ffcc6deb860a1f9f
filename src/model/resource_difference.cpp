#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "model/bit_rate.hpp"
#include "model/resource.hpp"

namespace wpns {
namespace {

std::string show(const std::string& text) {
    return text.empty() ? "none" : text;
}
std::string show(unsigned number) {
    return std::to_string(number);
}
std::string show(Ipv4 address) {
    return address == Ipv4{} ? "none" : address.str();
}
std::string show(const Ipv6& address) {
    return address == Ipv6{} ? "none" : address.str();
}
std::string show(const Mac& mac) {
    return mac == Mac{} ? "none" : mac.str();
}
std::string show(const names::LinkName& link) {
    if (link.name.empty()) return "none";
    return link.name == link.full ? link.name : link.name + " (" + link.full + ")";
}
std::string show(Egress egress) {
    return std::string(to_string(egress));
}

std::string octal(std::uint32_t mode) {
    std::string text;
    for (int shift = 9; shift >= 0; shift -= 3)
        text += static_cast<char>('0' + (mode >> shift & 7));
    return text;
}

/// What differs, in the order of the calls: "mtu 1400, wanted 1500, egress web, wanted open".
class Differences {
  public:
    template <typename T>
    Differences& value(std::string_view name, const T& wanted, const T& observed) {
        if (wanted != observed) phrase(std::string(name) + ' ' + show(observed), show(wanted));
        return *this;
    }
    Differences& rate(const std::string& name, std::uint64_t wanted, std::uint64_t observed) {
        const auto text = [](std::uint64_t bits) {
            return bits == 0 ? "unlimited" : bits == 1 ? "changed" : bit_rate_text(bits);
        };
        if (wanted != observed) phrase(name + ' ' + text(observed), text(wanted));
        return *this;
    }
    /// Says only that it differs: for what is long or secret.
    Differences& opaque(std::string_view name, bool equal) {
        if (!equal) add(std::string(name) + " differs");
        return *this;
    }
    template <typename T>
    Differences& owner(const T& wanted, const T& observed) {
        const auto text = [](const T& of) { return show(of.uid) + ':' + show(of.gid); };
        if (text(wanted) != text(observed)) phrase("owner " + text(observed), text(wanted));
        if (wanted.mode != observed.mode)
            phrase("mode " + octal(observed.mode), octal(wanted.mode));
        return *this;
    }
    void phrase(const std::string& is, const std::string& wanted) {
        add(is + ", wanted " + wanted);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    void add(const std::string& phrase) {
        if (!text_.empty()) text_ += "; ";
        text_ += phrase;
    }
    std::string text_;
};

using Out = Differences;

void compare(Out& out, const Account& wanted, const Account& observed) {
    out.value("uid", wanted.uid, observed.uid);
}

void compare(Out& out, const Directory& wanted, const Directory& observed) {
    out.owner(wanted, observed);
}

void compare(Out& out, const Quota& wanted, const Quota& observed) {
    const auto text = [](std::uint64_t number) {
        return number == 0 ? std::string("none") : std::to_string(number);
    };
    if (wanted.bytes != observed.bytes)
        out.phrase("limit " + text(observed.bytes), text(wanted.bytes));
    if (wanted.files != observed.files)
        out.phrase("limit of files " + text(observed.files), text(wanted.files));
}

void compare(Out& out, const Core& wanted, const Core& observed) {
    out.value("source", wanted.source, observed.source);
    out.value("version", wanted.version, observed.version);
    out.value("sha256", wanted.sha256, observed.sha256);
}

void compare(Out&, const Opcodes&, const Opcodes&) {}

void compare(Out& out, const File& wanted, const File& observed) {
    out.opaque("content", wanted.content == observed.content);
    out.value("link to", wanted.link_target, observed.link_target);
    out.owner(wanted, observed);
}

void compare(Out&, const Netns&, const Netns&) {}

void compare(Out& out, const FirewallTable& wanted, const FirewallTable& observed) {
    out.opaque("ruleset", wanted.digest == observed.digest);
    out.opaque(wanted.ipv6 ? "forwarding of IPv4 or IPv6" : "net.ipv4.ip_forward",
               wanted.forwarding == observed.forwarding);
}

void compare(Out& out, const FirewallSite& wanted, const FirewallSite& observed) {
    out.value("link", wanted.link, observed.link)
        .value("address", wanted.address, observed.address);
    out.value("gateway", wanted.gateway, observed.gateway);
    out.value("egress", wanted.egress, observed.egress);
    out.opaque("allow", wanted.allowed == observed.allowed && wanted.names == observed.names);
    out.value("source address", wanted.source_address, observed.source_address);
    out.value("connections", wanted.connections, observed.connections);
    out.value("IPv6 address", wanted.address6, observed.address6);
    out.value("IPv6 gateway", wanted.gateway6, observed.gateway6);
    out.value("bridge", wanted.port.bridge, observed.port.bridge);
    out.value("port", wanted.port.port, observed.port.port);
    out.value("mac", wanted.port.mac, observed.port.mac);
}

void compare(Out& out, const Accept& wanted, const Accept& observed) {
    const auto text = [](const Accept& accept) {
        return accept.pool ? "for " + accept.pool->str() : std::string("in part");
    };
    if (wanted != observed) out.phrase(text(observed), text(wanted));
}

void compare(Out& out, const Bridge& wanted, const Bridge& observed) {
    out.value("name", wanted.name, observed.name).value("mac", wanted.mac, observed.mac);
    out.value("address", wanted.address, observed.address);
    out.value("prefix", wanted.prefix, observed.prefix);
    out.value("IPv6 address", wanted.address6, observed.address6);
    out.value("IPv6 prefix", wanted.prefix6, observed.prefix6);
}

void compare(Out& out, const Link& wanted, const Link& observed) {
    out.value("host end", wanted.host_end, observed.host_end);
    out.value("site end", wanted.site_end, observed.site_end);
    out.value("namespace", wanted.netns, observed.netns);
    out.value("bridge", wanted.bridge, observed.bridge);
    out.value("host address", wanted.host_address, observed.host_address);
    out.value("site address", wanted.site_address, observed.site_address);
    out.value("prefix", wanted.prefix, observed.prefix);
    out.value("host mac", wanted.host_mac, observed.host_mac);
    out.value("site mac", wanted.site_mac, observed.site_mac);
    out.value("mtu", wanted.mtu, observed.mtu);
    out.value("IPv6 prefix", wanted.prefix6, observed.prefix6);
    out.value("IPv6 host address", wanted.host_address6, observed.host_address6);
    out.value("IPv6 site address", wanted.site_address6, observed.site_address6);
    out.rate("bandwidth up", wanted.up, observed.up);
    out.rate("bandwidth down", wanted.down, observed.down);
}

void compare(Out&, const Database&, const Database&) {}

void compare(Out& out, const Unit& wanted, const Unit& observed) {
    const auto active = [](const Unit& unit) { return unit.active ? "active" : "inactive"; };
    const auto enabled = [](const Unit& unit) { return unit.enabled ? "enabled" : "disabled"; };
    if (wanted.active != observed.active) out.phrase(active(observed), active(wanted));
    if (wanted.enabled != observed.enabled) out.phrase(enabled(observed), enabled(wanted));
}

void compare(Out&, const Wordpress&, const Wordpress&) {}

void compare(Out& out, const Vhost& wanted, const Vhost& observed) {
    out.opaque("content", wanted.content == observed.content);
}

template <typename Wanted, typename Observed>
void compare(Out& out, const Wanted&, const Observed&) {
    out.opaque("type", false);
}

}  // namespace

std::string difference(const Resource& wanted, const Resource& observed) {
    Differences out;
    std::visit([&](const auto& a, const auto& b) { compare(out, a, b); }, wanted, observed);
    return out.text();
}

}  // namespace wpns
