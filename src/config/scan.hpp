#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wpns::config {

/// A byte of a text and why the text is not parsed because of it.
struct Offence {
    std::size_t at = 0;
    std::string reason;
};

/// Walks over a TOML text without parsing it: the first place that nests deeper than `most_nested`
/// or makes more than `most_keys` keys and values, or that is no TOML in one of some ways: a letter
/// outside of ASCII between names and values or after a backslash, a quote or an opening bracket in
/// the middle of one.
[[nodiscard]] std::optional<Offence> scan(std::string_view text);

}  // namespace wpns::config
