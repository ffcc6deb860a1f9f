#include "model/allow_target.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

using Wrong = std::unexpected<std::string>;

/// What nobody answers from, or what means the machine itself.
constexpr const char* unreachable_ranges[] = {"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"};
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

/// Takes ":443" off the end; 0 where there is none.
std::expected<std::uint16_t, std::string> take_port(std::string_view& text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return 0;
    const auto digits = text.substr(colon + 1);
    if (digits.find(':') != digits.npos)
        return Wrong("looks like IPv6, which sites do not speak; write IPv4");
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0 || digits.front() == '0')
        return Wrong("has a port that is no number from 1 to 65535");
    text = text.substr(0, colon);
    return port;
}

std::expected<Cidr, std::string> parse_network(std::string_view text) {
    if (text.find('/') == text.npos) {
        const auto address = Ipv4::parse(text);
        if (!address) return Wrong(address.error());
        return Cidr::of(*address, 32);
    }
    return Cidr::parse(text);
}

std::expected<Cidr, std::string> reachable_network(std::string_view text) {
    const auto network = parse_network(text);
    if (!network) return network;
    if (network->prefix() < widest_prefix)
        return Wrong("is wider than a /8; egress = \"open\" allows all public addresses");
    for (const char* range : unreachable_ranges)
        if (network->overlaps(*Cidr::parse(range)))
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

bool looks_numeric(std::string_view text) {
    return text.find_first_not_of("0123456789./") == text.npos;
}

/// The name or the network of an entry.
std::expected<AllowTarget, std::string> parse_target(std::string_view text) {
    AllowTarget target;
    if (looks_numeric(text) || text.find('/') != text.npos) {
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

/// Those of the networks that are in no other one: two networks are apart or one holds the other.
std::vector<Cidr> outermost(std::vector<Cidr> networks) {
    std::ranges::sort(networks);  // a network stands before those that it holds
    std::vector<Cidr> result;
    for (const Cidr& network : networks)
        if (result.empty() || !result.back().contains(network)) result.push_back(network);
    return result;
}

std::vector<Cidr> without_all(const Cidr& network, const std::vector<Cidr>& holes) {
    std::vector<Cidr> rest{network};
    for (const Cidr& hole : holes) {
        std::vector<Cidr> next;
        for (const Cidr& part : rest) {
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
    std::string bare(text);
    if (const auto close = text.find(']'); text.starts_with('[') && close != text.npos) {
        bare = std::string(text.substr(1, close - 1)) + std::string(text.substr(close + 1));
        if (!looks_numeric(text.substr(1, close - 1))) return Wrong("has a name in brackets");
    }
    text = bare;
    const auto port = take_port(text);
    if (!port) return Wrong(port.error());
    auto target = parse_target(text);
    if (!target) return target;
    target->port = *port;
    target->transport = transport;
    return target;
}

std::string AllowTarget::str() const {
    std::string text = host;
    if (network) text = network->prefix() == 32 ? network->network().str() : network->str();
    if (port != 0) text += ":" + std::to_string(port);
    if (transport == Transport::tcp) text += "/tcp";
    if (transport == Transport::udp) text += "/udp";
    return text;
}

bool AllowBox::holds(Ipv4 address, std::uint8_t to_protocol, std::uint16_t to_port) const noexcept {
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
        std::map<std::uint16_t, std::vector<Cidr>> by_port;
        for (const AllowTarget& target : targets)
            if (target.network && std::ranges::count(protocols_of(target.transport), protocol) > 0)
                by_port[target.port].push_back(*target.network);
        const std::vector<Cidr> all_ports = outermost(by_port[0]);
        for (const auto& [port, networks] : by_port)
            for (const Cidr& network : outermost(networks))
                for (const Cidr& part :
                     port == 0 ? std::vector{network} : without_all(network, all_ports))
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
