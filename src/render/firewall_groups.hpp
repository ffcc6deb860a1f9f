#pragma once

#include <string_view>

/// The parts of the firewall's text that are there for sites in groups: see firewall_text.cpp,
/// which fills them in.
namespace wpns::render {

/// What the rules hold of sites in groups. They come by a bridge that others use too, so they are
/// told apart by their address: the table of the bridges has seen to it that it is theirs.
///  - What mates send each other is not followed: the kernel shows it to these rules only with
///    net.bridge.bridge-nf-call-iptables, and either way it is let through.
///  - `inside` is for what goes back to the bridge that it came by, be it routed or bridged.
/// The text is there for IPv4 and, with an IPv6 pool, once more for IPv6: % is "" or "6", and IP
/// and ADDRESS_TYPE are the family's. By IPv6 a mate is known by that address.
inline constexpr std::string_view mate_sets = R"(	set mate_sources% {
		type ifname . ADDRESS_TYPE
	}

	set mates% {
		type ADDRESS_TYPE
	}

	set mate_gateways% {
		type ADDRESS_TYPE . ADDRESS_TYPE
	}

	set mate_inside% {
		type ADDRESS_TYPE . ifname
	}

	map mate_egress% {
		type ADDRESS_TYPE : verdict
	}

	set mate_quarantined% {
		type ADDRESS_TYPE
	}

	map mate_connections% {
		type ADDRESS_TYPE : verdict
	}
SHARED_LIMIT_SETS%
	set mate_allowed% {
		type ADDRESS_TYPE . ADDRESS_TYPE . inet_proto . inet_service
		flags interval
	}

	set mate_resolved% {
		type ADDRESS_TYPE . ADDRESS_TYPE . inet_proto . inet_service
		flags interval,timeout
	}

	set mate_refusals% {
		type ADDRESS_TYPE
		counter
	}

	set mate_refused% {
		type ADDRESS_TYPE . ADDRESS_TYPE . inet_proto . inet_service
		size 65536
		flags dynamic,timeout
		timeout 3d
	}

	set mate_refused_other% {
		type ADDRESS_TYPE . ADDRESS_TYPE . inet_proto
		size 16384
		flags dynamic,timeout
		timeout 3d
	}

	set mate_newcomers% {
		type ADDRESS_TYPE
		size 65536
		flags dynamic
	}

)";

/// Which address of the host a mate leaves by, of IPv4 alone.
inline constexpr std::string_view mate_source_map = R"(	map mate_source_address {
		type ipv4_addr : ipv4_addr
	}

)";

/// What refuses and counts, by the address that asks.
inline constexpr std::string_view mate_refuse_chains = R"(	chain mate_refuse_port% {
		IP saddr . IP daddr . meta l4proto . th dport @mate_refused% goto reject_now
		add @mate_newcomers% { IP saddr NEWCOMERS } add @mate_refused% { IP saddr . IP daddr . meta l4proto . th dport counter }
		goto reject_now
	}

	chain mate_refuse% {
		IP saddr @mate_refusals%
		meta l4proto { tcp, udp } goto mate_refuse_port%
		IP saddr . IP daddr . meta l4proto @mate_refused_other% goto reject_now
		add @mate_newcomers% { IP saddr NEWCOMERS } add @mate_refused_other% { IP saddr . IP daddr . meta l4proto counter }
		goto reject_now
	}

)";

/// Chains that the rules of the hooks lead to.
inline constexpr std::string_view mate_chains = R"(	chain from_mate% {
		IP daddr @mates% notrack
	}

	chain inside% {
		IP saddr @mate_quarantined% goto refuse
		IP daddr @mate_quarantined% goto refuse
		accept
	}

)";

/// What may come out of a site in a group at all, before the bridge learns anything from it: IPv4
/// and questions and answers for its neighbours (ARP), from its own MAC and address alone; nothing
/// for many but ARP. Whether frames of the bridge are shown to table inet or not, this is the
/// place. A quarantined site and who turns to it are led to the host, which refuses and counts.
/// All IPv6 is led to the host, whose rules let mates reach each other: nobody need know where a
/// neighbour is, so that no word about neighbours or routers passes.
/// A line that begins with 6 is there with an IPv6 pool only.
inline constexpr std::string_view bridge_template = R"(table bridge wpns {
	set ports {
		type ifname . ether_addr . ipv4_addr
	}

	set closed {
		type ipv4_addr
	}

6	set ports6 {
6		type ifname . ether_addr . ipv6_addr
6	}
6
	chain to_host {
		meta pkttype set host
		ether daddr set GATEWAY
	}

6	chain routed {
6		iifname . ether saddr . ip6 saddr != @ports6 drop
6		icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } drop
6		goto to_host
6	}
6
	chain prerouting {
		type filter hook prerouting priority dstnat; policy accept;
		iifgroup LEAVING drop
		iifgroup != GROUP return
		ether type arp iifname . ether saddr . arp saddr ip @ports iifname . arp saddr ether . arp saddr ip @ports return
		meta pkttype { broadcast, multicast } drop
6		ether type ip6 goto routed
		ether type != ip drop
		iifname . ether saddr . ip saddr != @ports drop
		ip saddr @closed goto to_host
		ip daddr @closed goto to_host
	}
}
)";

}  // namespace wpns::render
