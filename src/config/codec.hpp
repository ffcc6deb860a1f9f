#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/rules.hpp"
#include "config/value.hpp"
#include "model/address.hpp"
#include "model/host_config.hpp"

namespace wpns::config {

/// How a kind of value is read from TOML and written as TOML.
template <typename T>
struct Codec {
    std::function<std::optional<T>(const Value&)>
        read;                                    ///< nothing when refused, which is then reported
    std::function<std::string(const T&)> write;  ///< empty when there is nothing to write
};

/// Smallest and largest value that is taken.
template <typename Number>
struct Bounds {
    Number least;
    Number most;
};

[[nodiscard]] Codec<std::string> text(rules::Rule rule);
/// A number that is written without a unit.
[[nodiscard]] Codec<unsigned> number(Bounds<unsigned> bounds);
/// Bytes: "128M", or a whole number.
[[nodiscard]] Codec<std::uint64_t> size(Bounds<std::uint64_t> bounds);
/// Seconds: "60s", or a whole number.
[[nodiscard]] Codec<unsigned> seconds(Bounds<unsigned> bounds);
/// The same, or "never", which is 0.
[[nodiscard]] Codec<unsigned> seconds_or_never(Bounds<unsigned> bounds);
/// Minutes that divide an hour: "5m".
[[nodiscard]] Codec<unsigned> minutes_of_hour();
/// Percent of one core: "150%".
[[nodiscard]] Codec<unsigned> percent(Bounds<unsigned> bounds);

[[nodiscard]] Codec<Cidr> network();
[[nodiscard]] Codec<std::optional<Cidr6>> network6();
/// A /30.
[[nodiscard]] Codec<std::optional<Cidr>> site_subnet();
/// TARGET[:PORT][/tcp|/udp], see AllowTarget.
[[nodiscard]] Codec<AllowTarget> allow_target();
/// An address that the host can have.
[[nodiscard]] Codec<std::optional<Ipv4>> source_address();
/// Bits a second: "20mbit", or "unlimited", which is 0.
[[nodiscard]] Codec<std::uint64_t> bit_rate();
/// A MAC address for the site's end of its link.
[[nodiscard]] Codec<std::optional<Mac>> site_mac();
/// One of connection_limits.
[[nodiscard]] Codec<unsigned> connection_limit();
/// An address that a resolver can have.
[[nodiscard]] Codec<Ipv4> resolver();
/// [first, last]
[[nodiscard]] Codec<IdRange> id_range();
/// [php.settings]
[[nodiscard]] Codec<std::map<std::string, std::string>> php_settings();

/// The text as TOML, in quotes.
[[nodiscard]] std::string toml_text(std::string_view text);

/// Reads one of a few words; nothing when the word is none of `names`.
[[nodiscard]] std::optional<std::size_t> read_choice(const Value& value,
                                                     const std::vector<std::string>& names);

/// One of a few words, in the order of the enumerators `values`.
template <typename Enum>
Codec<Enum> choice(const std::vector<std::string>& names, const std::vector<Enum>& values) {
    return {[=](const Value& value) -> std::optional<Enum> {
                const auto index = read_choice(value, names);
                if (!index) return std::nullopt;
                return values[*index];
            },
            [=](const Enum& value) {
                const auto at = std::find(values.begin(), values.end(), value);
                return toml_text(names[static_cast<std::size_t>(at - values.begin())]);
            }};
}

/// A list of at most `most` values, each only once. Elements that are refused are left out.
template <typename T>
Codec<std::vector<T>> list(const Codec<T>& element, std::size_t most) {
    const auto read = [=](const Value& value) -> std::optional<std::vector<T>> {
        const auto elements = value.elements("a list");
        if (!elements) return std::nullopt;
        if (elements->size() > most)
            return value.refuse({"more than " + std::to_string(most) + " entries", {}});
        std::vector<T> result;
        for (const auto& entry : *elements) {
            const auto item = element.read(entry);
            if (!item) continue;
            if (std::find(result.begin(), result.end(), *item) == result.end())
                result.push_back(*item);
            else
                entry.refuse({element.write(*item) + " is in the list twice", {}});
        }
        return result;
    };
    const auto write = [=](const std::vector<T>& values) {
        std::vector<std::string> texts;
        for (const auto& value : values) texts.push_back(element.write(value));
        return texts.empty() ? std::string() : "[" + join(texts, ", ") + "]";
    };
    return {read, write};
}

}  // namespace wpns::config
