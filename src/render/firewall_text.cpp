#include "render/firewall_text.hpp"

#include <set>
#include <string_view>

#include "base/text.hpp"
#include "model/connection_limits.hpp"
#include "model/names.hpp"
#include "model/private_ranges.hpp"
#include "render/firewall_groups.hpp"

namespace wpns::render {
namespace {

/// Written so that nft 1.0.6 reads it: no two closing braces on one line, no `destroy`.
/// GROUP, LEAVING, POOL, PRIVATE and RESOLVERS are filled in.
///  - The link's group decides, never its name: one integer compare lets all other traffic pass.
///  - prerouting: only the site's own addresses come out of its link. Nothing comes out of a link
///    that is being removed.
///  - input: a site reaches its own gateway, for the web and ping. Not the host, and not another
///    site's gateway, which is an address of the host just as well.
///  - The resolvers may be private or the host itself. Both hooks send that traffic through the
///    site's egress chain, so that "none" means none.
///  - forward: nobody but the host reaches a site; sites do not reach each other.
///  - Refusals answer at once, so that PHP fails instead of waiting. SMTP to the world is refused:
///    a broken-in site must not send mail past the host.
///  - Every refusal counts for its site, and with its target. A target that is known costs one
///    lookup. New ones are taken up at a limited pace a site and never beyond the size of the set,
///    so that a flood fills neither the memory nor the place of other sites. Nothing is logged.
///  - `listed` lets through what the site's allow list names, be it private or SMTP; the pool is
///    refused before. Its sets, two for each family, hold whole packets' worth of keys for all
///    sites, and are asked only about what would be refused otherwise.
///  - `connections` leads to the chain of a limit, which comes back unless there are too many. It
///    is asked only about new connections, as open ones are accepted before.
///  - postrouting: only what was forwarded from a site is changed.
///  A line that begins with 6 is there with an IPv6 pool only, with 4 without one only, with M only
///  where that pool is of private addresses, which nobody outside could answer to.
///  - IPv6: the same chains. Neighbours are permanent entries; a question for one is answered all
///    the same, in case somebody has thrown those away.
///  A line that begins with G is there where some site is in a group; where it has marks of
///  firewall_groups.hpp, with an IPv6 pool for both families.
constexpr std::string_view table_template = R"(table inet wpns {
	set sources {
		type ifname . ipv4_addr
	}

	set gateways {
		type ifname . ipv4_addr
	}

6	set sources6 {
6		type ifname . ipv6_addr
6	}
6
6	set gateways6 {
6		type ifname . ipv6_addr
6	}
6
	map egress {
		type ifname : verdict
	}

	set quarantined {
		type ifname
	}

	map connections {
		type ifname : verdict
	}
LIMIT_SETS
SHARED_SETS	map source_address {
		type ifname : ipv4_addr
	}

	set allowed {
		type ifname . ipv4_addr . inet_proto . inet_service
		flags interval
	}

	set resolved {
		type ifname . ipv4_addr . inet_proto . inet_service
		flags interval,timeout
	}

6	set allowed6 {
6		type ifname . ipv6_addr . inet_proto . inet_service
6		flags interval
6	}
6
6	set resolved6 {
6		type ifname . ipv6_addr . inet_proto . inet_service
6		flags interval,timeout
6	}
6
	set resolvers {
		type ipv4_addrRESOLVERS
	}

	set private {
		type ipv4_addr
		flags intervalPRIVATE
	}

6	set private6 {
6		type ipv6_addr
6		flags intervalSIXPRIVATE
6	}
6
	set refusals {
		type ifname
		counter
	}

	set refused {
		type ifname . ipv4_addr . inet_proto . inet_service
		size 65536
		flags dynamic,timeout
		timeout 3d
	}

	set refused_other {
		type ifname . ipv4_addr . inet_proto
		size 16384
		flags dynamic,timeout
		timeout 3d
	}

6	set refused6 {
6		type ifname . ipv6_addr . inet_proto . inet_service
6		size 65536
6		flags dynamic,timeout
6		timeout 3d
6	}
6
6	set refused_other6 {
6		type ifname . ipv6_addr . inet_proto
6		size 16384
6		flags dynamic,timeout
6		timeout 3d
6	}
6
	set newcomers {
		type ifname
		size 65536
		flags dynamic
	}

	chain reject_now {
		meta l4proto tcp reject with tcp reset
		reject with icmpx admin-prohibited
	}

	chain refuse_port {
		iifname . ip daddr . meta l4proto . th dport @refused goto reject_now
4		add @newcomers { iifname NEWCOMERS } add @refused { iifname . ip daddr . meta l4proto . th dport counter }
6		meta nfproto ipv4 add @newcomers { iifname NEWCOMERS } add @refused { iifname . ip daddr . meta l4proto . th dport counter }
6		iifname . ip6 daddr . meta l4proto . th dport @refused6 goto reject_now
6		meta nfproto ipv6 add @newcomers { iifname NEWCOMERS } add @refused6 { iifname . ip6 daddr . meta l4proto . th dport counter }
		goto reject_now
	}

SHARED_REFUSE_CHAINS	chain refuse {
G		IP saddr @mates% goto mate_refuse%
		iifname @refusals
		meta l4proto { tcp, udp } goto refuse_port
		iifname . ip daddr . meta l4proto @refused_other goto reject_now
4		add @newcomers { iifname NEWCOMERS } add @refused_other { iifname . ip daddr . meta l4proto counter }
6		meta nfproto ipv4 add @newcomers { iifname NEWCOMERS } add @refused_other { iifname . ip daddr . meta l4proto counter }
6		iifname . ip6 daddr . meta l4proto @refused_other6 goto reject_now
6		meta nfproto ipv6 add @newcomers { iifname NEWCOMERS } add @refused_other6 { iifname . ip6 daddr . meta l4proto counter }
		goto reject_now
	}

LIMIT_CHAINS	chain listed {
		meta l4proto { tcp, udp } iifname . ip daddr . meta l4proto . th dport @allowed accept
		meta l4proto { tcp, udp } iifname . ip daddr . meta l4proto . th dport @resolved accept
6		meta l4proto { tcp, udp } iifname . ip6 daddr . meta l4proto . th dport @allowed6 accept
6		meta l4proto { tcp, udp } iifname . ip6 daddr . meta l4proto . th dport @resolved6 accept
G		meta l4proto { tcp, udp } IP saddr . IP daddr . meta l4proto . th dport @mate_allowed% accept
G		meta l4proto { tcp, udp } IP saddr . IP daddr . meta l4proto . th dport @mate_resolved% accept
		goto refuse
	}

	chain outbound {
		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept
		ip daddr POOL goto refuse
		ip daddr @private goto listed
6		ip6 daddr SIXPOOL goto refuse
6		ip6 daddr @private6 goto listed
		tcp dport 25 goto listed
	}

	chain egress_open {
		jump outbound
		accept
	}

	chain egress_web {
		jump outbound
		tcp dport { 80, 443 } accept
		goto listed
	}

	chain egress_allow {
		jump outbound
		goto listed
	}

	chain egress_none {
		goto refuse
	}

	chain egress_quarantine {
		goto refuse
	}

SHARED_CHAINS	chain prerouting {
		type filter hook prerouting priority raw; policy accept;
		iifgroup LEAVING drop
		iifgroup != GROUP return
		iifname . ip saddr @sources return
G		iifname . IP saddr @mate_sources% goto from_mate%
6		iifname . ip6 saddr @sources6 return
		drop
	}

	chain input {
		type filter hook input priority filter; policy accept;
		iifgroup != GROUP return
4		meta nfproto ipv6 drop
		ct state established,related accept
		ct state invalid drop
6		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
		iifname @quarantined goto refuse
G		IP saddr @mate_quarantined% goto refuse
		iifname vmap @connections
G		IP saddr vmap @mate_connections%
		iifname . ip daddr @gateways tcp dport { 80, 443 } accept
		iifname . ip daddr @gateways icmp type echo-request limit rate 50/second burst 50 packets accept
G		IP saddr . IP daddr @mate_gateways% tcp dport { 80, 443 } accept
G		IP saddr . IP daddr @mate_gateways% ICMP type echo-request limit rate 50/second burst 50 packets accept
6		iifname . ip6 daddr @gateways6 tcp dport { 80, 443 } accept
6		iifname . ip6 daddr @gateways6 icmpv6 type echo-request limit rate 50/second burst 50 packets accept
		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 iifname vmap @egress
G		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 ip saddr vmap @mate_egress
		goto refuse
	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		iifgroup != GROUP oifgroup != GROUP return
4		meta nfproto ipv6 drop
		ct state established,related accept
		ct state invalid drop
		iifgroup != GROUP drop
G		IP saddr . oifname @mate_inside% goto inside%
		oifgroup GROUP goto refuse
		iifname vmap @connections
G		IP saddr vmap @mate_connections%
		iifname vmap @egress
G		IP saddr vmap @mate_egress%
		goto refuse
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		iifgroup GROUP oifgroup != GROUP ip saddr POOL snat ip to iifname map @source_address fully-random
G		iifgroup GROUP oifgroup != GROUP ip saddr POOL snat ip to ip saddr map @mate_source_address fully-random
		iifgroup GROUP oifgroup != GROUP ip saddr POOL masquerade fully-random
M		iifgroup GROUP oifgroup != GROUP ip6 saddr SIXPOOL masquerade fully-random
	}
}
)";

void replace_all(std::string& text, std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
}

/// A text of one family: see firewall_groups.hpp.
std::string for_family(std::string_view text, bool ipv6) {
    std::string result(text);
    const std::string_view marks[][3] = {{"ADDRESS_TYPE", "ipv4_addr", "ipv6_addr"},
                                         {"IP saddr", "ip saddr", "ip6 saddr"},
                                         {"IP daddr", "ip daddr", "ip6 daddr"},
                                         {"ICMP type", "icmp type", "icmpv6 type"},
                                         {"%", "", "6"}};
    for (const auto& [mark, four, six] : marks)
        replace_all(result, mark, std::string(ipv6 ? six : four));
    return result;
}

/// The same for all families there are.
std::string for_families(std::string_view text, bool ipv6) {
    return for_family(text, false) + (ipv6 ? for_family(text, true) : "");
}

/// The lines of a template that are meant for such a pool, without their marks.
std::string lines_for(std::string_view lines, const std::optional<Cidr6>& pool6, Groups groups) {
    std::string text;
    for (const std::string_view line : split(lines, '\n')) {
        const char mark = line.empty() ? '\n' : line.front();
        if ((mark == '4' && pool6) || (mark == '6' && !pool6)) continue;
        if (mark == 'M' && (!pool6 || !is_unique_local(*pool6))) continue;
        if (mark == 'G' && groups == Groups::none) continue;
        const bool marked = mark == 'G' || mark == '4' || mark == '6' || mark == 'M';
        const std::string bare = std::string(line.substr(marked ? 1 : 0)) + '\n';
        text += bare.find('%') == bare.npos ? bare : for_families(bare, pool6.has_value());
    }
    text.pop_back();  // what follows the last line break is no line
    return text;
}

/// A set and a chain for every limit: the set takes up a link with its first connection.
std::string limit_sets(const std::string& front, const std::string& type) {
    std::string text;
    for (const unsigned limit : connection_limits)
        text += "\n\tset " + front + "counted_" + std::to_string(limit) + " {\n\t\ttype " + type +
                "\n\t\tsize 65536\n\t\tflags dynamic\n\t}\n";
    return text;
}

std::string limit_chains(const std::string& front, const std::string& key) {
    std::string text;
    for (const unsigned limit : connection_limits) {
        const std::string number = std::to_string(limit);
        text += "\tchain " + front + "limit_" + number + " {\n\t\tadd @" + front + "counted_" +
                number + " { " + key + " ct count over " + number + " } goto refuse\n\t}\n\n";
    }
    return text;
}

/// The parts that are for sites in groups.
void put_groups(std::string& text, const std::optional<Cidr6>& pool6, Groups groups) {
    const bool some = groups == Groups::some;
    const bool six = pool6.has_value();
    const auto part = [&](std::string_view lines) {
        return some ? for_families(lines, six) : std::string();
    };
    std::string limits;
    if (some) limits = limit_chains("mate_", "ip saddr");
    if (some && six) limits += limit_chains("mate6_", "ip6 saddr");
    replace_all(text, "SHARED_SETS", part(mate_sets) + (some ? std::string(mate_source_map) : ""));
    replace_all(text, "SHARED_LIMIT_SETS6", limit_sets("mate6_", "ipv6_addr"));
    replace_all(text, "SHARED_LIMIT_SETS", limit_sets("mate_", "ipv4_addr"));
    replace_all(text, "SHARED_REFUSE_CHAINS", part(mate_refuse_chains));
    replace_all(text, "SHARED_CHAINS", limits + part(mate_chains));
    if (some) text += lines_for(bridge_template, pool6, groups);
    replace_all(text, "GATEWAY", names::bridge_mac().str());
}

/// A line of elements inside a set; nothing for none, as nft knows no empty list.
std::string elements_line(const std::vector<std::string>& elements) {
    if (elements.empty()) return {};
    return "\n\t\telements = { " + join(elements, ", ") + " }";
}

}  // namespace

std::string firewall_table_text(const Cidr& pool, const std::vector<Ipv4>& resolvers,
                                const std::optional<Cidr6>& pool6, Groups groups) {
    const std::set<Ipv4> sorted(resolvers.begin(), resolvers.end());
    std::vector<std::string> addresses;
    for (const Ipv4 resolver : sorted) addresses.push_back(resolver.str());
    std::string text = lines_for(table_template, pool6, groups);
    put_groups(text, pool6, groups);
    replace_all(text, "RESOLVERS", elements_line(addresses));
    std::vector<std::string> ranges;
    for (const Cidr& range : private_ranges()) ranges.push_back(range.str());
    std::vector<std::string> ranges6;
    for (const Cidr6& range : private_ranges6()) ranges6.push_back(range.str());
    replace_all(text, "SIXPRIVATE", elements_line(ranges6));
    replace_all(text, "SIXPOOL", pool6 ? pool6->str() : "");
    replace_all(text, "LIMIT_SETS", limit_sets("", "ifname"));
    replace_all(text, "LIMIT_CHAINS", limit_chains("", "iifname"));
    replace_all(text, "NEWCOMERS", "limit rate 20/hour burst 500 packets");
    replace_all(text, "PRIVATE", elements_line(ranges));
    replace_all(text, "LEAVING", std::to_string(names::leaving_group));
    replace_all(text, "GROUP", std::to_string(names::link_group));
    replace_all(text, "POOL", pool.str());
    return text;
}

bool firewall_has_groups(const std::string& text) {
    return text.find("\n\tset mates {\n") != std::string::npos;
}

std::optional<Cidr> firewall_pool(const std::string& text) {
    const std::string before = " ip saddr ";
    const auto end = text.find(" masquerade fully-random\n");
    const auto start = text.rfind(before, end);
    if (end == std::string::npos || start == std::string::npos) return std::nullopt;
    const auto begin = start + before.size();
    const auto pool = Cidr::parse(std::string_view(text).substr(begin, end - begin));
    return pool ? std::optional(*pool) : std::nullopt;
}

bool firewall_has_ipv6(const std::string& text) {
    return text.find("\n\tset sources6 {\n") != std::string::npos;
}

}  // namespace wpns::render
