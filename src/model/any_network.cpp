#include "model/any_network.hpp"

#include <concepts>

namespace wpns {
namespace {

AnyNetwork network_of_one(Ipv4 address) {
    return Cidr::of(address, 32);
}
AnyNetwork network_of_one(const Ipv6& address) {
    return Cidr6::of(address, 128);
}

}  // namespace

AnyNetwork AnyNetwork::of(const AnyAddress& address) {
    return std::visit([](const auto& value) { return network_of_one(value); }, address);
}

unsigned AnyNetwork::prefix() const {
    return std::visit([](const auto& network) { return network.prefix(); }, value_);
}

bool AnyNetwork::contains(const AnyAddress& address) const {
    return contains(of(address));
}

bool AnyNetwork::contains(const AnyNetwork& other) const {
    return std::visit(
        []<typename One, typename Other>(const One& one, const Other& another) {
            if constexpr (std::same_as<One, Other>)
                return one.contains(another);
            else
                return false;
        },
        value_, other.value_);
}

std::vector<AnyNetwork> AnyNetwork::without(const AnyNetwork& hole) const {
    return std::visit(
        []<typename One, typename Other>(const One& one, const Other& another) {
            if constexpr (std::same_as<One, Other>) {
                const auto rest = one.without(another);
                return std::vector<AnyNetwork>(rest.begin(), rest.end());
            } else {
                return std::vector<AnyNetwork>{one};
            }
        },
        value_, hole.value_);
}

std::string AnyNetwork::str() const {
    return std::visit([](const auto& network) { return network.str(); }, value_);
}

std::string AnyNetwork::short_str() const {
    constexpr unsigned ipv4_bits = 32;
    constexpr unsigned ipv6_bits = 128;
    if (prefix() != (is_ipv6() ? ipv6_bits : ipv4_bits)) return str();
    return std::visit([](const auto& network) { return network.network().str(); }, value_);
}

}  // namespace wpns
