#include "model/allow_target.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

using Wrong = std::unexpected<std::string>;

/// What nobody answers from, what means the machine itself, and what no router passes on.
constexpr const char* unreachable_ranges[] = {"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"};
constexpr const char* unreachable_ranges6[] = {"::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"};
/// A wider network is a mistake: it would open private ranges that nobody thought of.
constexpr unsigned widest_prefix = 8;
/// It stands in the comment of an element of the firewall, which takes 127 characters.
constexpr std::size_t longest_host = 120;

/// Takes "/tcp" or "/udp" off the end.
Transport take_transport(std::string_view& text) {
    for (const auto& [ending, transport] :
         {std::pair{"/tcp", Transport::tcp}, std::pair{"/udp", Transport::udp}})
        if (text.ends_with(ending)) {
            text.remove_suffix(4);
            return transport;
        }
    return Transport::both;
}

/// The number behind the colon of ":443"; 0 for no text at all.
std::expected<std::uint16_t, std::string> port_of(std::string_view text) {
    if (text.empty()) return 0;
    const auto digits = text.substr(1);
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (text.front() != ':' || error != std::errc{} || stop != end || port == 0 ||
        digits.front() == '0')
        return Wrong("has a port that is no number from 1 to 65535");
    return port;
}

using Parsed = std::expected<AnyNetwork, std::string>;

template <typename Address, typename Network>
Parsed parse_network(std::string_view text) {
    if (text.find('/') != text.npos) return Network::parse(text);
    const auto address = Address::parse(text);
    if (!address) return Wrong(address.error());
    return AnyNetwork::of(*address);
}

/// The first of those ranges that holds the network.
template <typename Network>
const char* range_around(const AnyNetwork& network, std::span<const char* const> ranges) {
    const auto found = std::ranges::find_if(ranges, [&](const char* range) {
        return AnyNetwork(*Network::parse(range)).contains(network);
    });
    return found == ranges.end() ? nullptr : *found;
}

Parsed reachable_network(std::string_view text) {
    const bool ipv6 = text.find(':') != text.npos;
    const auto network = ipv6 ? parse_network<Ipv6, Cidr6>(text) : parse_network<Ipv4, Cidr>(text);
    if (!network) return network;
    if (network->prefix() < widest_prefix)
        return Wrong("is wider than a /8; egress = \"open\" allows all public addresses");
    const char* range = ipv6 ? range_around<Cidr6>(*network, unreachable_ranges6)
                             : range_around<Cidr>(*network, unreachable_ranges);
    if (range != nullptr)
        return Wrong(std::string("is in ") + range + ", where there is nothing to reach");
    return network;
}

bool is_label(std::string_view label) {
    constexpr std::size_t longest = 63;
    return !label.empty() && label.size() <= longest && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

bool is_host(std::string_view text) {
    const auto labels = split(text, '.');
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() <= longest_host && labels.size() > 1 &&
           std::ranges::all_of(labels, is_label) && !std::ranges::all_of(labels.back(), is_digit) &&
           !text.ends_with(".localhost");
}

bool is_of_numbers(std::string_view text) {
    return text.find(':') != text.npos || text.find_first_not_of("0123456789./") == text.npos;
}

/// Where the port begins, with its colon, or the end: two colons and no brackets are IPv6 without a
/// port.
std::expected<std::size_t, std::string> end_of_target(std::string_view text) {
    if (!text.starts_with('[')) {
        const auto colon = text.find(':');
        if (colon == text.npos || text.find(':', colon + 1) != text.npos) return text.size();
        return colon;
    }
    const auto close = text.find(']');
    if (close == text.npos) return Wrong("has a bracket that is not closed");
    if (!is_of_numbers(text.substr(1, close - 1))) return Wrong("has a name in brackets");
    return close + 1;
}

/// The name or the network of an entry.
std::expected<AllowTarget, std::string> parse_target(std::string_view text) {
    AllowTarget target;
    if (is_of_numbers(text) || text.find('/') != text.npos) {
        const auto network = reachable_network(text);
        if (!network) return Wrong(network.error());
        target.network = *network;
    } else if (is_host(text)) {
        target.host = text;
    } else {
        return Wrong(
            "is no address, network or host name; a name has two parts or more of lower-case "
            "letters, digits and dashes, 120 characters at most");
    }
    return target;
}

using Networks = std::vector<AnyNetwork>;

/// Those of the networks that are in no other one: two networks are apart or one holds the other.
Networks outermost(Networks networks) {
    std::ranges::sort(networks);  // a network stands before those that it holds
    Networks result;
    for (const AnyNetwork& network : networks)
        if (result.empty() || !result.back().contains(network)) result.push_back(network);
    return result;
}

Networks without_all(const AnyNetwork& network, const Networks& holes) {
    Networks rest{network};
    for (const AnyNetwork& hole : holes) {
        Networks next;
        for (const AnyNetwork& part : rest) {
            const auto pieces = part.without(hole);
            next.insert(next.end(), pieces.begin(), pieces.end());
        }
        rest = std::move(next);
    }
    return rest;
}

}  // namespace

std::expected<AllowTarget, std::string> AllowTarget::parse(std::string_view text) {
    const Transport transport = take_transport(text);
    const auto end = end_of_target(text);
    if (!end) return Wrong(end.error());
    const auto port = port_of(text.substr(*end));
    if (!port) return Wrong(port.error());
    text = text.substr(0, *end);
    if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
    auto target = parse_target(text);
    if (!target) return target;
    target->port = *port;
    target->transport = transport;
    return target;
}

std::string AllowTarget::str() const {
    std::string text = network ? network->short_str() : host;
    if (port != 0 && network && network->is_ipv6()) text = "[" + text + "]";
    if (port != 0) text += ":" + std::to_string(port);
    if (transport == Transport::tcp) text += "/tcp";
    if (transport == Transport::udp) text += "/udp";
    return text;
}

bool AllowBox::holds(const AnyAddress& address, std::uint8_t to_protocol,
                     std::uint16_t to_port) const {
    return protocol == to_protocol && (port == 0 || port == to_port) && network.contains(address);
}

std::vector<std::uint8_t> protocols_of(Transport transport) {
    switch (transport) {
        case Transport::tcp:
            return {protocol_tcp};
        case Transport::udp:
            return {protocol_udp};
        case Transport::both:
            break;
    }
    return {protocol_tcp, protocol_udp};
}

std::vector<AllowBox> boxes_of(const std::vector<AllowTarget>& targets) {
    std::vector<AllowBox> boxes;
    for (const std::uint8_t protocol : protocols_of(Transport::both)) {
        std::map<std::uint16_t, Networks> by_port;
        for (const AllowTarget& target : targets)
            if (target.network && std::ranges::count(protocols_of(target.transport), protocol) > 0)
                by_port[target.port].push_back(*target.network);
        const Networks all_ports = outermost(by_port[0]);
        for (const auto& [port, networks] : by_port)
            for (const AnyNetwork& network : outermost(networks))
                for (const AnyNetwork& part :
                     port == 0 ? Networks{network} : without_all(network, all_ports))
                    boxes.push_back({part, protocol, port});
    }
    std::ranges::sort(boxes);
    return boxes;
}

std::string names_digest(const std::vector<AllowTarget>& targets) {
    constexpr std::size_t digits = 16;
    std::vector<std::string> names;
    for (const AllowTarget& target : targets)
        if (!target.host.empty()) names.push_back(target.str());
    if (names.empty()) return {};
    std::ranges::sort(names);
    return sha256_hex(join(names, "\n")).substr(0, digits);
}

}  // namespace wpns
