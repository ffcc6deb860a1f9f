#include "desired/flow_policy.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace wpns::desired {
namespace {

Ipv4 ip(const char* text) {
    return Ipv4::parse(text).value();
}

const Walls walls{*Cidr::parse("10.10.0.0/16"), {ip("192.168.77.1"), ip("9.9.9.9")}};

FirewallSite site(Egress egress) {
    FirewallSite site{.link = "veth0-a",
                      .address = ip("10.10.1.2"),
                      .gateway = ip("10.10.1.1"),
                      .egress = egress};
    site.allowed = {{*Cidr::parse("10.0.0.0/8"), protocol_tcp, 5432},
                    {*Cidr::parse("203.0.113.25/32"), protocol_tcp, 25},
                    {*Cidr::parse("203.0.113.0/24"), protocol_udp, 0}};
    return site;
}

const std::vector<ResolvedTarget> resolved = {
    {"veth0-a", "api.example", {*Cidr::parse("198.51.100.7/32"), protocol_tcp, 8443}},
    {"veth0-b", "other.example", {*Cidr::parse("198.51.100.8/32"), protocol_tcp, 8443}}};

/// A packet and the policies that let it through, by their first letters (o, w, a, n, q).
struct Row {
    const char* target;
    std::uint8_t protocol;
    std::uint16_t port;
    const char* through;
};

TEST(FlowPolicy, SaysWhatTheRulesSay) {
    const Row rows[] = {
        {"8.8.8.8", protocol_tcp, 443, "ow"},        {"8.8.8.8", protocol_tcp, 80, "ow"},
        {"8.8.8.8", protocol_udp, 443, "o"},         {"8.8.8.8", protocol_tcp, 8080, "o"},
        {"8.8.8.8", protocol_icmp, 0, "o"},          {"8.8.8.8", protocol_tcp, 25, ""},
        {"9.9.9.9", protocol_udp, 53, "owa"},        {"192.168.77.1", protocol_tcp, 53, "owa"},
        {"192.168.77.1", protocol_tcp, 80, ""},      {"10.99.0.1", protocol_tcp, 443, ""},
        {"10.99.0.1", protocol_tcp, 5432, "owa"},    {"10.99.0.1", protocol_udp, 5432, ""},
        {"10.10.1.6", protocol_tcp, 5432, ""},       {"10.10.1.5", protocol_tcp, 443, ""},
        {"169.254.169.254", protocol_tcp, 80, ""},   {"203.0.113.25", protocol_tcp, 25, "owa"},
        {"203.0.113.26", protocol_tcp, 25, ""},      {"203.0.113.26", protocol_udp, 1234, "owa"},
        {"198.51.100.7", protocol_tcp, 8443, "owa"}, {"198.51.100.8", protocol_tcp, 8443, "o"},
        {"10.10.1.1", protocol_tcp, 443, "owan"},    {"10.10.1.1", protocol_icmp, 0, "owan"},
        {"10.10.1.1", protocol_tcp, 3306, ""},
    };
    for (const Row& row : rows)
        for (const Egress egress :
             {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine}) {
            const bool through =
                std::string(row.through).find(to_string(egress).front()) != std::string::npos;
            const Flow flow{ip("10.10.1.2"), ip(row.target), row.protocol, row.port, {}};
            EXPECT_EQ(permits(site(egress), resolved, walls, flow), through)
                << to_string(egress) << " " << row.target << " " << int{row.protocol} << " "
                << row.port;
        }
}

TEST(FlowPolicy, IsTheSameForIpv6) {
    Walls both = walls;
    both.pool6 = Cidr6::parse("fd00:10:10::/48").value();
    const auto of = [](Egress egress) {
        FirewallSite result = site(egress);
        result.address6 = Ipv6::parse("fd00:10:10:40::2").value();
        result.gateway6 = Ipv6::parse("fd00:10:10:40::1").value();
        result.allowed.push_back({*Cidr6::parse("fd00::/8"), protocol_tcp, 5432});
        result.allowed.push_back({*Cidr6::parse("2001:db9::25/128"), protocol_tcp, 25});
        result.allowed.push_back({*Cidr6::parse("2001:db9::/32"), protocol_udp, 0});
        return result;
    };
    const std::vector<ResolvedTarget> names = {
        {"veth0-a", "api.example", {*Cidr6::parse("2600:3::7/128"), protocol_tcp, 8443}},
        {"veth0-b", "other.example", {*Cidr6::parse("2600:3::8/128"), protocol_tcp, 8443}}};
    const Row rows[] = {
        {"2600:9::1", protocol_tcp, 443, "ow"},
        {"2600:9::1", protocol_tcp, 8080, "o"},
        {"2600:9::1", protocol_tcp, 25, ""},
        {"2600:9::1", protocol_udp, 53, "o"},
        {"fd00:99::1", protocol_tcp, 443, ""},
        {"fd00:99::1", protocol_tcp, 5432, "owa"},
        {"fd00:99::1", protocol_udp, 5432, ""},
        {"fd00:10:10:41::2", protocol_tcp, 5432, ""},
        {"2001:db9::25", protocol_tcp, 25, "owa"},
        {"2001:db9::26", protocol_tcp, 25, ""},
        {"2001:db9::26", protocol_udp, 1234, "owa"},
        {"2600:3::7", protocol_tcp, 8443, "owa"},
        {"2600:3::8", protocol_tcp, 8443, "o"},
        {"fd00:10:10:40::1", protocol_tcp, 443, "owan"},
        {"fd00:10:10:40::1", protocol_tcp, 5432, ""},
        {"64:ff9b::808:808", protocol_tcp, 443, ""},
    };
    for (const Row& row : rows)
        for (const Egress egress :
             {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine}) {
            const bool through =
                std::string(row.through).find(to_string(egress).front()) != std::string::npos;
            const Flow6 flow{*Ipv6::parse("fd00:10:10:40::2"),
                             *Ipv6::parse(row.target),
                             row.protocol,
                             row.port,
                             {}};
            EXPECT_EQ(permits(of(egress), names, both, flow), through)
                << to_string(egress) << " " << row.target << " " << int{row.protocol} << " "
                << row.port;
        }
}

}  // namespace
}  // namespace wpns::desired
