#include "model/private_ranges.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace wpns {

std::span<const Cidr> private_ranges() {
    static const std::array ranges = {
        *Cidr::parse("0.0.0.0/8"),        *Cidr::parse("10.0.0.0/8"),
        *Cidr::parse("100.64.0.0/10"),    *Cidr::parse("127.0.0.0/8"),
        *Cidr::parse("168.63.129.16/32"), *Cidr::parse("169.254.0.0/16"),
        *Cidr::parse("172.16.0.0/12"),    *Cidr::parse("192.0.0.0/24"),
        *Cidr::parse("192.168.0.0/16"),   *Cidr::parse("198.18.0.0/15"),
        *Cidr::parse("224.0.0.0/4"),      *Cidr::parse("240.0.0.0/4"),
    };
    return ranges;
}

bool is_private(Ipv4 address) {
    return std::ranges::any_of(private_ranges(),
                               [&](const Cidr& range) { return range.contains(address); });
}

std::span<const Cidr6> private_ranges6() {
    static const std::array ranges = {
        *Cidr6::parse("::/3"),     *Cidr6::parse("2001::/23"), *Cidr6::parse("2002::/16"),
        *Cidr6::parse("4000::/2"), *Cidr6::parse("8000::/1"),
    };
    return ranges;
}

bool is_private(const Ipv6& address) {
    return std::ranges::any_of(private_ranges6(),
                               [&](const Cidr6& range) { return range.contains(address); });
}

bool is_private(const AnyAddress& address) {
    return std::visit([](const auto& value) { return is_private(value); }, address);
}

}  // namespace wpns
