#include "config/units.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace wpns::config {
namespace {

template <typename Number>
struct Unit {
    char letter;
    Number factor;
};

constexpr std::array<Unit<std::uint64_t>, 3> sizes = {
    {{'G', 1ULL << 30U}, {'M', 1ULL << 20U}, {'K', 1ULL << 10U}}};
constexpr std::array<Unit<unsigned>, 3> durations = {{{'h', 3600}, {'m', 60}, {'s', 1}}};

/// The digits before the last character; at most seven, so that no unit overflows.
std::optional<unsigned> leading_number(std::string_view text) {
    const std::string_view digits = text.substr(0, text.empty() ? 0 : text.size() - 1);
    if (digits.empty() || digits.size() > 7 || digits.front() == '0') return {};
    unsigned value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) return {};
    return value;
}

template <typename Number, std::size_t Count>
std::optional<Number> parse_unit(std::string_view text,
                                 const std::array<Unit<Number>, Count>& units) {
    const auto number = leading_number(text);
    if (!number) return {};
    for (const auto& unit : units)
        if (text.back() == unit.letter) return *number * unit.factor;
    return {};
}

template <typename Number, std::size_t Count>
std::string unit_text(Number value, const std::array<Unit<Number>, Count>& units) {
    for (const auto& unit : units)
        if (value != 0 && value % unit.factor == 0)
            return std::to_string(value / unit.factor) + unit.letter;
    return std::to_string(value);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    return parse_unit(text, sizes);
}
std::string size_text(std::uint64_t bytes) {
    return unit_text(bytes, sizes);
}

std::optional<unsigned> parse_duration(std::string_view text) {
    const auto seconds = parse_unit(text, durations);
    if (!seconds || text.size() > 6) return {};  // 99999h fits into 32 bits
    return seconds;
}
std::string duration_text(unsigned seconds) {
    return unit_text(seconds, durations);
}

std::optional<unsigned> parse_percent(std::string_view text) {
    if (!text.ends_with('%')) return {};
    return leading_number(text);
}

}  // namespace wpns::config
