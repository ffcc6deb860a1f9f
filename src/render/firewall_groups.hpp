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
inline constexpr std::string_view mate_sets = R"(	set mate_sources {
		type ifname . ipv4_addr
	}

	set mates {
		type ipv4_addr
	}

	set mate_gateways {
		type ipv4_addr . ipv4_addr
	}

	set mate_inside {
		type ipv4_addr . ifname
	}

	map mate_egress {
		type ipv4_addr : verdict
	}

	set mate_quarantined {
		type ipv4_addr
	}

	map mate_connections {
		type ipv4_addr : verdict
	}
SHARED_LIMIT_SETS
	map mate_source_address {
		type ipv4_addr : ipv4_addr
	}

	set mate_allowed {
		type ipv4_addr . ipv4_addr . inet_proto . inet_service
		flags interval
	}

	set mate_resolved {
		type ipv4_addr . ipv4_addr . inet_proto . inet_service
		flags interval,timeout
	}

	set mate_refusals {
		type ipv4_addr
		counter
	}

	set mate_refused {
		type ipv4_addr . ipv4_addr . inet_proto . inet_service
		size 65536
		flags dynamic,timeout
		timeout 3d
	}

	set mate_refused_other {
		type ipv4_addr . ipv4_addr . inet_proto
		size 16384
		flags dynamic,timeout
		timeout 3d
	}

	set mate_newcomers {
		type ipv4_addr
		size 65536
		flags dynamic
	}

)";

/// What refuses and counts, by the address that asks.
inline constexpr std::string_view mate_refuse_chains = R"(	chain mate_refuse_port {
		ip saddr . ip daddr . meta l4proto . th dport @mate_refused goto reject_now
		add @mate_newcomers { ip saddr NEWCOMERS } add @mate_refused { ip saddr . ip daddr . meta l4proto . th dport counter }
		goto reject_now
	}

	chain mate_refuse {
		ip saddr @mate_refusals
		meta l4proto { tcp, udp } goto mate_refuse_port
		ip saddr . ip daddr . meta l4proto @mate_refused_other goto reject_now
		add @mate_newcomers { ip saddr NEWCOMERS } add @mate_refused_other { ip saddr . ip daddr . meta l4proto counter }
		goto reject_now
	}

)";

/// Chains that the rules of the hooks lead to.
inline constexpr std::string_view mate_chains = R"(	chain from_mate {
		ip daddr @mates notrack
	}

	chain inside {
		ip saddr @mate_quarantined goto refuse
		ip daddr @mate_quarantined goto refuse
		accept
	}

)";

/// What may come out of a site in a group at all, before the bridge learns anything from it: IPv4
/// and questions and answers for its neighbours (ARP), from its own MAC and address alone; nothing
/// for many but ARP. Whether frames of the bridge are shown to table inet or not, this is the
/// place. A quarantined site and who turns to it are led to the host, which refuses and counts.
inline constexpr std::string_view bridge_template = R"(table bridge wpns {
	set ports {
		type ifname . ether_addr . ipv4_addr
	}

	set closed {
		type ipv4_addr
	}

	chain to_host {
		meta pkttype set host
		ether daddr set GATEWAY
	}

	chain prerouting {
		type filter hook prerouting priority dstnat; policy accept;
		iifgroup LEAVING drop
		iifgroup != GROUP return
		ether type arp iifname . ether saddr . arp saddr ip @ports iifname . arp saddr ether . arp saddr ip @ports return
		meta pkttype { broadcast, multicast } drop
		ether type != ip drop
		iifname . ether saddr . ip saddr != @ports drop
		ip saddr @closed goto to_host
		ip daddr @closed goto to_host
	}
}
)";

}  // namespace wpns::render
