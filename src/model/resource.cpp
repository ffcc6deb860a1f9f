#include "model/resource.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace wpns {
namespace {

template <typename Value, std::size_t N>
using Names = std::array<std::pair<Value, std::string_view>, N>;

constexpr Names<Kind, 15> kinds = {{
    {Kind::account, "account"},
    {Kind::directory, "directory"},
    {Kind::quota, "quota"},
    {Kind::core, "core"},
    {Kind::opcodes, "opcodes"},
    {Kind::file, "file"},
    {Kind::netns, "netns"},
    {Kind::firewall, "firewall"},
    {Kind::accept, "accept"},
    {Kind::bridge, "bridge"},
    {Kind::link, "link"},
    {Kind::database, "database"},
    {Kind::unit, "unit"},
    {Kind::wordpress, "wordpress"},
    {Kind::vhost, "vhost"},
}};

constexpr Names<Egress, 5> egresses = {{
    {Egress::open, "open"},
    {Egress::web, "web"},
    {Egress::allow, "allow"},
    {Egress::none, "none"},
    {Egress::quarantine, "quarantine"},
}};

/// The tables are in the order of their enums.
template <typename Value, std::size_t N>
std::string_view name_of(const Names<Value, N>& names, Value value) {
    return names.at(static_cast<std::size_t>(value)).second;
}

template <typename Value, std::size_t N>
std::optional<Value> value_of(const Names<Value, N>& names, std::string_view text) {
    for (const auto& [value, name] : names)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Kind kind) {
    return name_of(kinds, kind);
}
std::optional<Kind> parse_kind(std::string_view text) {
    return value_of(kinds, text);
}

std::string_view to_string(Egress egress) {
    return name_of(egresses, egress);
}
std::optional<Egress> parse_egress(std::string_view text) {
    return value_of(egresses, text);
}

std::string ResourceKey::str() const {
    return std::string(to_string(kind)) + ' ' + id;
}

}  // namespace wpns
