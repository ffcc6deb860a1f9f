#pragma once

#include <expected>
#include <string>

namespace wpns::verify {

/// The walls of a service: all that its unit text (with drop-ins) says in [Service] but what it
/// runs, when it restarts and how it is stopped. A text of the same form, to be run another program
/// in. The reason where it is no unit text.
[[nodiscard]] std::expected<std::string, std::string> walls_of(const std::string& unit_text);

}  // namespace wpns::verify
