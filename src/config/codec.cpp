#include "config/codec.hpp"

#include "config/characters.hpp"
#include "config/units.hpp"
#include "model/bit_rate.hpp"

namespace wpns::config {
namespace {

/// Reports and gives nothing when `number` is not within the bounds; `write` makes the texts of the
/// message.
template <typename Number, typename Given, typename Write>
std::optional<Number> bounded(const Value& value, Given given, Bounds<Number> bounds, Write write) {
    if (std::cmp_greater_equal(given, bounds.least) && std::cmp_less_equal(given, bounds.most))
        return static_cast<Number>(given);
    const std::string shown =
        std::in_range<Number>(given) ? write(static_cast<Number>(given)) : std::to_string(given);
    return value.refuse(
        {shown + " is not in " + write(bounds.least) + " .. " + write(bounds.most), {}});
}

/// A number without a unit.
template <typename Number, typename Write>
std::optional<Number> plain(const Value& value, Bounds<Number> bounds, Write write) {
    const auto given = value.integer("a whole number");
    if (!given) return std::nullopt;
    return bounded<Number>(value, *given, bounds, write);
}

/// A text that `parse` turns into a number; `wanted` names what it is, `remedy` how it is written.
template <typename Number, typename Parse>
std::optional<Number> parsed(const Value& value, Parse parse, const std::string& wanted,
                             const std::string& remedy) {
    const auto text = value.text(wanted);
    if (!text) return std::nullopt;
    const auto number = parse(*text);
    if (!number) return value.refuse({quote(*text) + " is not " + wanted, remedy});
    return number;
}

}  // namespace

std::string toml_text(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

Codec<std::string> text(rules::Rule rule) {
    const auto read = [rule](const Value& value) -> std::optional<std::string> {
        auto given = value.text("a text");
        if (!given) return std::nullopt;
        if (auto refusal = rule(*given)) return value.refuse(std::move(*refusal));
        return given;
    };
    return {read, [](const std::string& value) { return value.empty() ? "" : toml_text(value); }};
}

Codec<unsigned> number(Bounds<unsigned> bounds) {
    const auto shown = [](auto value) { return std::to_string(value); };
    const auto read = [=](const Value& value) -> std::optional<unsigned> {
        return plain<unsigned>(value, bounds, shown);
    };
    // No bounds hold 0: it stands for a key that is not set.
    return {read, [=](const unsigned& value) { return value == 0 ? "" : shown(value); }};
}

Codec<std::uint64_t> size(Bounds<std::uint64_t> bounds) {
    const auto read = [bounds](const Value& value) -> std::optional<std::uint64_t> {
        if (value.is_integer()) return plain<std::uint64_t>(value, bounds, size_text);
        const auto given =
            parsed<std::uint64_t>(value, parse_size, "a size such as \"128M\"",
                                  "write digits and K, M or G, or a whole number of bytes");
        if (!given) return std::nullopt;
        return bounded(value, *given, bounds, size_text);
    };
    const auto write = [](const std::uint64_t& value) {
        const std::string shown = size_text(value);
        return is_digit(shown.back()) ? shown : toml_text(shown);
    };
    return {read, write};
}

Codec<std::uint64_t> bit_rate() {
    const Bounds<std::uint64_t> bounds{bit_rate_least, bit_rate_most};
    const auto read = [=](const Value& value) -> std::optional<std::uint64_t> {
        const auto rate_or_none = [](std::string_view text) {
            return text == "unlimited" ? std::optional<std::uint64_t>(0) : parse_bit_rate(text);
        };
        const auto given =
            parsed<std::uint64_t>(value, rate_or_none, "a rate such as \"20mbit\"",
                                  "write digits and kbit, mbit or gbit, or \"unlimited\"");
        if (!given || *given == 0) return given;
        return bounded(value, *given, bounds, bit_rate_text);
    };
    return {read, [](const std::uint64_t& value) {
                return toml_text(value == 0 ? "unlimited" : bit_rate_text(value));
            }};
}

Codec<unsigned> seconds(Bounds<unsigned> bounds) {
    const auto shown = [](unsigned value) { return std::to_string(value) + "s"; };
    const auto read = [=](const Value& value) -> std::optional<unsigned> {
        if (value.is_integer()) return plain<unsigned>(value, bounds, shown);
        const auto given = parsed<unsigned>(value, parse_duration, "a time such as \"60s\"",
                                            "write digits and s, m or h");
        if (!given) return std::nullopt;
        return bounded(value, *given, bounds, shown);
    };
    return {read, [=](const unsigned& value) { return toml_text(shown(value)); }};
}

Codec<unsigned> seconds_or_never(Bounds<unsigned> bounds) {
    const auto read = [=](const Value& value) -> std::optional<unsigned> {
        if (value.is_integer()) return plain<unsigned>(value, bounds, duration_text);
        const auto time_or_never = [](std::string_view text) {
            return text == "never" ? std::optional(0U) : parse_duration(text);
        };
        const auto given = parsed<unsigned>(value, time_or_never, "a time such as \"15m\"",
                                            "write digits and s, m or h, or \"never\"");
        if (!given || *given == 0) return given;
        return bounded(value, *given, bounds, duration_text);
    };
    return {read, [](const unsigned& value) {
                return toml_text(value == 0 ? std::string("never") : duration_text(value));
            }};
}

Codec<unsigned> minutes_of_hour() {
    const auto read = [](const Value& value) -> std::optional<unsigned> {
        const auto given =
            parsed<unsigned>(value, parse_duration, "a time such as \"5m\"", "write digits and m");
        if (!given) return std::nullopt;
        if (*given % 60 == 0 && *given <= 3600 && 3600 % *given == 0) return *given / 60;
        return value.refuse(
            {quote(duration_text(*given)) + " does not divide an hour into whole minutes",
             "write 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m or 60m"});
    };
    return {read, [](const unsigned& value) { return toml_text(std::to_string(value) + "m"); }};
}

Codec<unsigned> percent(Bounds<unsigned> bounds) {
    const auto shown = [](unsigned value) { return std::to_string(value) + "%"; };
    const auto read = [=](const Value& value) -> std::optional<unsigned> {
        const auto given = parsed<unsigned>(value, parse_percent, "a share such as \"150%\"",
                                            "write digits and %; 100% is one core");
        if (!given) return std::nullopt;
        return bounded(value, *given, bounds, shown);
    };
    return {read, [=](const unsigned& value) { return toml_text(shown(value)); }};
}

std::optional<std::size_t> read_choice(const Value& value, const std::vector<std::string>& names) {
    const auto given = value.text("a text");
    if (!given) return std::nullopt;
    const std::string allowed = "one of: " + join(names, ", ");
    if (const auto at = std::find(names.begin(), names.end(), *given); at != names.end())
        return static_cast<std::size_t>(at - names.begin());
    const std::string meant = given->size() > 64 ? "" : nearest(lower_case(*given), names);
    return value.refuse({quote(*given) + " is not known",
                         (meant.empty() ? "" : "did you mean " + quote(meant) + "? ") + allowed});
}

}  // namespace wpns::config
