#include "model/bit_rate.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace wpns {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> rate_units = {
    {{"gbit", 1'000'000'000}, {"mbit", 1'000'000}, {"kbit", 1'000}}};

}  // namespace

std::optional<std::uint64_t> parse_bit_rate(std::string_view text) {
    for (const auto& [unit, factor] : rate_units) {
        if (!text.ends_with(unit)) continue;
        const auto digits = text.substr(0, text.size() - unit.size());
        if (digits.empty() || digits.size() > 7 || digits.front() == '0') return {};
        std::uint64_t value = 0;
        const auto* end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, value);
        if (error != std::errc{} || stop != end) return {};
        return value * factor;
    }
    return {};
}

std::string bit_rate_text(std::uint64_t bits) {
    for (const auto& [unit, factor] : rate_units)
        if (bits != 0 && bits % factor == 0)
            return std::to_string(bits / factor) + std::string(unit);
    return std::to_string(bits) + "bit";
}

}  // namespace wpns
