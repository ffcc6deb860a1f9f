#include "model/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

/// A number without sign or leading zero, at most `most`.
std::optional<std::uint32_t> decimal(std::string_view text, std::uint32_t most) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return {};
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > most) return {};
    return value;
}

std::optional<std::uint8_t> hex_byte(std::string_view text) {
    std::uint8_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    if (text.size() != 2 || error != std::errc{} || stop != end) return {};
    return value;
}

constexpr std::uint32_t mask(unsigned prefix) {
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);  // a shift by 32 is undefined
}

}  // namespace

std::expected<Ipv4, std::string> Ipv4::parse(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4)
        return std::unexpected("is no address of four numbers such as 10.10.0.1");
    Ipv4 address;
    for (const auto part : parts) {
        const auto number = decimal(part, 255);
        if (!number) return std::unexpected("holds a part that is no number from 0 to 255");
        address.value = address.value << 8U | *number;
    }
    return address;
}

std::string Ipv4::str() const {
    std::string text;
    for (unsigned shift = 32; shift != 0; shift -= 8) {
        text += std::to_string(value >> (shift - 8) & 0xffU);
        if (shift != 8) text += '.';
    }
    return text;
}

std::expected<Cidr, std::string> Cidr::parse(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::unexpected("has no prefix length such as /30");
    const auto address = Ipv4::parse(text.substr(0, slash));
    if (!address) return std::unexpected(address.error());
    const auto prefix = decimal(text.substr(slash + 1), 32);
    if (!prefix) return std::unexpected("has a prefix length that is no number from 0 to 32");
    const Cidr result = of(*address, *prefix);
    if (result.network() != *address)
        return std::unexpected("has bits set right of the prefix; the network is " + result.str());
    return result;
}

Cidr Cidr::of(Ipv4 address, unsigned prefix) {
    return {Ipv4{address.value & mask(prefix)}, prefix};
}

bool Cidr::contains(Ipv4 address) const noexcept {
    return (address.value & mask(prefix_)) == network_.value;
}

bool Cidr::contains(const Cidr& other) const noexcept {
    return other.prefix_ >= prefix_ && contains(other.network_);
}

bool Cidr::overlaps(const Cidr& other) const noexcept {
    return contains(other) || other.contains(*this);
}

std::vector<Cidr> Cidr::without(const Cidr& hole) const {
    if (!overlaps(hole)) return {*this};
    std::vector<Cidr> rest;
    // Halving this network towards the hole, the other half stays each time.
    for (unsigned prefix = prefix_ + 1; prefix <= hole.prefix_; ++prefix) {
        const Cidr towards = of(hole.network_, prefix);
        rest.push_back(
            of(Ipv4{towards.network_.value ^ (std::uint32_t{1} << (32 - prefix))}, prefix));
    }
    std::ranges::sort(rest);
    return rest;
}

std::string Cidr::str() const {
    return network_.str() + "/" + std::to_string(prefix_);
}

std::expected<Mac, std::string> Mac::parse(std::string_view text) {
    const auto parts = split(text, ':');
    Mac mac;
    if (parts.size() != mac.bytes.size()) return std::unexpected("is not six hex pairs");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto byte = hex_byte(parts[i]);
        if (!byte) return std::unexpected("is not six hex pairs");
        mac.bytes[i] = *byte;
    }
    return mac;
}

Mac Mac::derive(std::string_view seed_text) {
    const std::string digest = sha256_hex(seed_text);
    Mac mac;
    for (std::size_t i = 0; i < mac.bytes.size(); ++i)
        mac.bytes[i] = *hex_byte(std::string_view(digest).substr(2 * i, 2));
    // Bit 0 of the first byte means multicast, bit 1 "locally administered" (IEEE 802).
    mac.bytes[0] = static_cast<std::uint8_t>((mac.bytes[0] & 0xfeU) | 0x02U);
    return mac;
}

std::string Mac::str() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ':';
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

}  // namespace wpns
