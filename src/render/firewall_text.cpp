#include "render/firewall_text.hpp"

#include <array>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::render {
namespace {

/// What no site may reach: "this" network, private, shared (with Alibaba's metadata service on
/// 100.100.100.200), loopback, link-local (with the metadata service of most clouds), protocol
/// assignments, benchmarking, Azure's metadata service, multicast, reserved.
constexpr std::array private_ranges{
    "0.0.0.0/8",        "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
    "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.168.0.0/16",   "198.18.0.0/15",  "224.0.0.0/4",   "240.0.0.0/4",
};

/// Written so that nft 1.0.6 reads it: no two closing braces on one line, no `destroy`.
/// GROUP, POOL, PRIVATE and RESOLVERS are filled in.
///  - The link's group decides, never its name: one integer compare lets all other traffic pass.
///  - prerouting: only the site's own address comes out of its link; IPv6 never does.
///  - input: a site reaches its own gateway, for the web and ping. Not the host, and not another
///    site's gateway, which is an address of the host just as well.
///  - The resolvers may be private or the host itself. Both hooks send that traffic through the
///    site's egress chain, so that "none" means none.
///  - forward: nobody but the host reaches a site; sites do not reach each other.
///  - Refusals answer at once, so that PHP fails instead of waiting. SMTP to the world is refused:
///    a broken-in site must not send mail past the host.
///  - postrouting: only what was forwarded from a site is changed.
constexpr std::string_view table_template = R"(table inet wpns {
	set sources {
		type ifname . ipv4_addr
	}

	set gateways {
		type ifname . ipv4_addr
	}

	map egress {
		type ifname : verdict
	}

	set resolvers {
		type ipv4_addrRESOLVERS
	}

	set private {
		type ipv4_addr
		flags intervalPRIVATE
	}

	chain refuse {
		meta l4proto tcp reject with tcp reset
		reject with icmpx admin-prohibited
	}

	chain outbound {
		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept
		ip daddr POOL goto refuse
		ip daddr @private goto refuse
		tcp dport 25 goto refuse
	}

	chain egress_open {
		jump outbound
		accept
	}

	chain egress_web {
		jump outbound
		tcp dport { 80, 443 } accept
		goto refuse
	}

	chain egress_none {
		goto refuse
	}

	chain prerouting {
		type filter hook prerouting priority raw; policy accept;
		iifgroup != GROUP return
		iifname . ip saddr @sources return
		drop
	}

	chain input {
		type filter hook input priority filter; policy accept;
		iifgroup != GROUP return
		meta nfproto ipv6 drop
		ct state established,related accept
		ct state invalid drop
		iifname . ip daddr @gateways tcp dport { 80, 443 } accept
		iifname . ip daddr @gateways icmp type echo-request limit rate 50/second burst 50 packets accept
		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 iifname vmap @egress
		goto refuse
	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		iifgroup != GROUP oifgroup != GROUP return
		meta nfproto ipv6 drop
		ct state established,related accept
		ct state invalid drop
		iifgroup != GROUP drop
		oifgroup GROUP goto refuse
		iifname vmap @egress
		goto refuse
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		iifgroup GROUP oifgroup != GROUP ip saddr POOL masquerade fully-random
	}
}
)";

void replace_all(std::string& text, std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
}

/// A line of elements inside a set; nothing for none, as nft knows no empty list.
std::string elements_line(const std::vector<std::string>& elements) {
    if (elements.empty()) return {};
    return "\n\t\telements = { " + join(elements, ", ") + " }";
}

}  // namespace

std::string firewall_table_text(const Cidr& pool, const std::vector<Ipv4>& resolvers) {
    const std::set<Ipv4> sorted(resolvers.begin(), resolvers.end());
    std::vector<std::string> addresses;
    for (const Ipv4 resolver : sorted) addresses.push_back(resolver.str());
    std::string text(table_template);
    replace_all(text, "RESOLVERS", elements_line(addresses));
    replace_all(text, "PRIVATE", elements_line({private_ranges.begin(), private_ranges.end()}));
    replace_all(text, "GROUP", std::to_string(names::link_group));
    replace_all(text, "POOL", pool.str());
    return text;
}

}  // namespace wpns::render
