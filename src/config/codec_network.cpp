#include "config/codec.hpp"
#include "model/connection_limits.hpp"

namespace wpns::config {
namespace {

const Cidr loopback = *Cidr::parse("127.0.0.0/8");
const Cidr unspecified = *Cidr::parse("0.0.0.0/8");
const Cidr multicast_and_above = *Cidr::parse("224.0.0.0/3");

std::optional<Cidr> read_network(const Value& value) {
    const auto given = value.text("a network such as \"10.10.0.0/16\"");
    if (!given) return std::nullopt;
    const auto parsed = Cidr::parse(*given);
    if (!parsed) return value.refuse({quote(*given) + " " + parsed.error(), {}});
    return *parsed;
}

std::optional<std::optional<Cidr6>> read_network6(const Value& value) {
    const auto given = value.text("a network such as \"fd00:10:10::/48\"");
    if (!given) return std::nullopt;
    const auto parsed = Cidr6::parse(*given);
    if (!parsed) return value.refuse({quote(*given) + " " + parsed.error(), {}});
    return std::optional<Cidr6>(*parsed);
}

std::optional<std::optional<Cidr>> read_subnet(const Value& value) {
    const auto given = read_network(value);
    if (!given) return std::nullopt;
    if (given->prefix() != 30)
        return value.refuse({given->str() + " is not a /30", "a site has four addresses"});
    return std::optional<Cidr>(*given);
}

std::optional<Ipv4> read_resolver(const Value& value) {
    const auto given = value.text("an address such as \"192.0.2.53\"");
    if (!given) return std::nullopt;
    const auto parsed = Ipv4::parse(*given);
    if (!parsed) return value.refuse({quote(*given) + " " + parsed.error(), {}});
    if (loopback.contains(*parsed))
        return value.refuse({parsed->str() + " is a loopback address, which a site cannot reach",
                             "name the resolvers that the host itself asks"});
    if (unspecified.contains(*parsed) || multicast_and_above.contains(*parsed))
        return value.refuse({parsed->str() + " is no address of one machine", {}});
    return *parsed;
}

std::optional<AllowTarget> read_allow_target(const Value& value) {
    const auto given = value.text("a target such as \"203.0.113.0/24:443\"");
    if (!given) return std::nullopt;
    const auto parsed = AllowTarget::parse(*given);
    if (!parsed)
        return value.refuse({quote(*given) + " " + parsed.error(),
                             "write an address, a network or a host name, then :PORT or nothing, "
                             "then /tcp, /udp or nothing; IPv6 goes into brackets before a port"});
    return *parsed;
}

std::optional<std::optional<Ipv4>> read_source_address(const Value& value) {
    const auto given = value.text("an address such as \"192.0.2.1\"");
    if (!given) return std::nullopt;
    const auto parsed = Ipv4::parse(*given);
    if (!parsed) return value.refuse({quote(*given) + " " + parsed.error(), {}});
    if (loopback.contains(*parsed) || unspecified.contains(*parsed) ||
        multicast_and_above.contains(*parsed))
        return value.refuse({parsed->str() + " is no address that packets can come from", {}});
    return std::optional<Ipv4>(*parsed);
}

std::optional<std::optional<Mac>> read_mac(const Value& value) {
    const auto given = value.text("an address such as \"02:00:5e:10:00:01\"");
    if (!given) return std::nullopt;
    const auto parsed = Mac::parse(*given);
    if (!parsed) return value.refuse({quote(*given) + " " + parsed.error(), {}});
    if (!parsed->is_unicast())
        return value.refuse({parsed->str() + " is the address of a group of machines",
                             "the first pair must be even, such as 02"});
    if (!parsed->is_local())
        return value.refuse({parsed->str() + " is an address of a manufacturer",
                             "take one that is locally administered: the second digit is 2, 6, a "
                             "or e"});
    return std::optional<Mac>(*parsed);
}

std::optional<unsigned> read_connection_limit(const Value& value) {
    const auto given = value.integer("a whole number");
    if (!given) return std::nullopt;
    std::vector<std::string> known;
    for (const unsigned limit : connection_limits) {
        if (std::cmp_equal(*given, limit)) return limit;
        known.push_back(std::to_string(limit));
    }
    return value.refuse({std::to_string(*given) + " is not one of " + join(known, ", "), {}});
}

/// Numbers below 100 are Debian's own; 65534 is nobody and 65535 means "none" (Debian
/// Policy 9.2.2).
bool is_usable(const IdRange& range) {
    constexpr std::uint32_t least = 100;
    constexpr std::uint32_t most = 2'000'000'000;
    const bool holds_nobody = range.first <= 65535 && range.last >= 65534;
    return range.first >= least && range.last <= most && range.first <= range.last && !holds_nobody;
}

std::optional<IdRange> read_range(const Value& value) {
    const auto ends = value.elements("a list such as [400, 899]");
    if (!ends) return std::nullopt;
    const Refusal refusal{
        "not two numbers, first and last, from 100 to 2000000000 without 65534 and 65535", {}};
    if (ends->size() != 2) return value.refuse(refusal);
    const auto first = (*ends)[0].integer("a whole number");
    const auto last = (*ends)[1].integer("a whole number");
    if (!first || !last) return std::nullopt;
    if (!std::in_range<std::uint32_t>(*first) || !std::in_range<std::uint32_t>(*last))
        return value.refuse(refusal);
    const IdRange range{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
    if (!is_usable(range)) return value.refuse(refusal);
    return range;
}

}  // namespace

Codec<Cidr> network() {
    return {read_network, [](const Cidr& value) { return toml_text(value.str()); }};
}

Codec<std::optional<Cidr6>> network6() {
    return {read_network6,
            [](const std::optional<Cidr6>& value) { return value ? toml_text(value->str()) : ""; }};
}

Codec<std::optional<Cidr>> site_subnet() {
    return {read_subnet,
            [](const std::optional<Cidr>& value) { return value ? toml_text(value->str()) : ""; }};
}

Codec<AllowTarget> allow_target() {
    return {read_allow_target, [](const AllowTarget& value) { return toml_text(value.str()); }};
}

Codec<std::optional<Ipv4>> source_address() {
    return {read_source_address,
            [](const std::optional<Ipv4>& value) { return value ? toml_text(value->str()) : ""; }};
}

Codec<std::optional<Mac>> site_mac() {
    return {read_mac,
            [](const std::optional<Mac>& value) { return value ? toml_text(value->str()) : ""; }};
}

Codec<unsigned> connection_limit() {
    return {read_connection_limit,
            [](const unsigned& value) { return value == 0 ? "" : std::to_string(value); }};
}

Codec<Ipv4> resolver() {
    return {read_resolver, [](const Ipv4& value) { return toml_text(value.str()); }};
}

Codec<IdRange> id_range() {
    return {read_range, [](const IdRange& value) {
                return "[" + std::to_string(value.first) + ", " + std::to_string(value.last) + "]";
            }};
}

}  // namespace wpns::config
