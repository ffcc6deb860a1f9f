#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wpns::config {

/// Why a value is not taken, and what to write instead (may be empty).
struct Refusal {
    std::string reason;
    std::string remedy;
};

/// The answer of a rule: nothing when the value is fine.
using Verdict = std::optional<Refusal>;

/// The text in quotes, printable, and shortened where it is long: for messages.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace wpns::config
