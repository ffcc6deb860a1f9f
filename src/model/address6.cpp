#include "model/address6.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "model/address.hpp"

namespace wpns {
namespace {

constexpr unsigned address_bits = 128;

/// The bits of byte `index` that belong to a prefix of that length.
std::uint8_t mask_of(std::size_t index, unsigned prefix) {
    const auto before = static_cast<unsigned>(index) * 8;
    if (prefix >= before + 8) return 0xff;
    if (prefix <= before) return 0;
    return static_cast<std::uint8_t>(0xff00U >> (prefix - before));
}

using Groups = std::vector<std::uint16_t>;
constexpr std::size_t group_count = 8;

/// One to four hex digits.
std::optional<std::uint16_t> group_of(std::string_view text) {
    std::uint16_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    if (text.empty() || text.size() > 4 || error != std::errc{} || stop != end) return {};
    return value;
}

/// Groups between single colons, the last of which may be an IPv4 address. None for no text.
std::optional<Groups> groups_of(std::string_view text) {
    Groups groups;
    if (text.empty()) return groups;
    const auto parts = split(text, ':');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (const auto group = group_of(parts[i])) {
            groups.push_back(*group);
            continue;
        }
        const auto four = Ipv4::parse(parts[i]);
        if (!four || i + 1 != parts.size()) return {};
        groups.push_back(static_cast<std::uint16_t>(four->value >> 16U));
        groups.push_back(static_cast<std::uint16_t>(four->value & 0xffffU));
    }
    return groups;
}

/// The eight groups of an address in any of its forms.
std::optional<Groups> all_groups(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == text.npos) return groups_of(text);
    auto before = groups_of(text.substr(0, gap));
    const auto after = groups_of(text.substr(gap + 2));
    if (!before || !after || before->size() + after->size() >= group_count) return {};
    before->resize(group_count - after->size());
    before->insert(before->end(), after->begin(), after->end());
    return before;
}

std::uint16_t group_at(const Ipv6& address, std::size_t index) {
    return static_cast<std::uint16_t>(address.bytes[2 * index] << 8U |
                                      address.bytes[2 * index + 1]);
}

/// Where the zeros begin that are written as "::", and how many: the longest, of several the first.
struct Gap {
    std::size_t first = group_count;
    std::size_t size = 0;
};

Gap longest_gap(const Ipv6& address) {
    Gap longest;
    for (std::size_t first = 0; first < group_count; ++first) {
        std::size_t end = first;
        while (end < group_count && group_at(address, end) == 0) ++end;
        if (end - first > longest.size && end - first > 1) longest = {first, end - first};
    }
    return longest;
}

std::string hex_text(std::uint16_t group) {
    std::array<char, 4> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16).ptr;
    return {digits.data(), end};
}

}  // namespace

std::expected<Ipv6, std::string> Ipv6::parse(std::string_view text) {
    const auto groups = all_groups(text);
    if (!groups || groups->size() != group_count)
        return std::unexpected("is no IPv6 address of hex groups such as fd00::1");
    Ipv6 address;
    for (std::size_t i = 0; i < group_count; ++i) {
        address.bytes[2 * i] = static_cast<std::uint8_t>((*groups)[i] >> 8U);
        address.bytes[2 * i + 1] = static_cast<std::uint8_t>((*groups)[i] & 0xffU);
    }
    return address;
}

std::string Ipv6::str() const {
    const Gap gap = longest_gap(*this);
    std::string text;
    for (std::size_t i = 0; i < group_count; ++i) {
        if (i == gap.first) {
            text += "::";
            i += gap.size - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        text += hex_text(group_at(*this, i));
    }
    return text;
}

std::expected<Cidr6, std::string> Cidr6::parse(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) return std::unexpected("has no prefix length such as /48");
    const auto address = Ipv6::parse(text.substr(0, slash));
    if (!address) return std::unexpected(address.error());
    const auto digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, prefix);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0') ||
        error != std::errc{} || stop != end || prefix > address_bits)
        return std::unexpected("has a prefix length that is no number from 0 to 128");
    const Cidr6 result = of(*address, prefix);
    if (result.network() != *address)
        return std::unexpected("has bits set right of the prefix; the network is " + result.str());
    return result;
}

Cidr6 Cidr6::of(const Ipv6& address, unsigned prefix) {
    Ipv6 network = address;
    for (std::size_t i = 0; i < network.bytes.size(); ++i)
        network.bytes[i] = static_cast<std::uint8_t>(network.bytes[i] & mask_of(i, prefix));
    return {network, prefix};
}

Ipv6 Cidr6::at(std::uint16_t offset) const noexcept {
    Ipv6 address = network_;
    address.bytes[14] = static_cast<std::uint8_t>(address.bytes[14] | offset >> 8U);
    address.bytes[15] = static_cast<std::uint8_t>(address.bytes[15] | (offset & 0xffU));
    return address;
}

Cidr6 Cidr6::part(std::uint32_t index, unsigned prefix) const {
    Ipv6 address = network_;
    for (unsigned bit = 0; bit < 32; ++bit) {
        if ((index >> bit & 1U) == 0 || bit >= prefix) continue;
        const unsigned place = prefix - 1 - bit;  // counted from the left
        address.bytes[place / 8] =
            static_cast<std::uint8_t>(address.bytes[place / 8] | 0x80U >> place % 8);
    }
    return {address, prefix};
}

bool Cidr6::contains(const Ipv6& address) const noexcept {
    return of(address, prefix_).network_ == network_;
}

bool Cidr6::contains(const Cidr6& other) const noexcept {
    return other.prefix_ >= prefix_ && contains(other.network_);
}

bool Cidr6::overlaps(const Cidr6& other) const noexcept {
    return contains(other) || other.contains(*this);
}

std::vector<Cidr6> Cidr6::without(const Cidr6& hole) const {
    if (!overlaps(hole)) return {*this};
    std::vector<Cidr6> rest;
    // Halving this network towards the hole, the other half stays each time.
    for (unsigned prefix = prefix_ + 1; prefix <= hole.prefix_; ++prefix) {
        Ipv6 other_half = of(hole.network_, prefix).network_;
        const std::size_t byte = (prefix - 1) / 8;
        other_half.bytes[byte] =
            static_cast<std::uint8_t>(other_half.bytes[byte] ^ 0x80U >> (prefix - 1) % 8);
        rest.push_back(of(other_half, prefix));
    }
    std::ranges::sort(rest);
    return rest;
}

std::string Cidr6::str() const {
    return network_.str() + "/" + std::to_string(prefix_);
}

bool is_unique_local(const Cidr6& range) {
    static const Cidr6 unique_local = *Cidr6::parse("fc00::/7");
    return unique_local.contains(range);
}

}  // namespace wpns
