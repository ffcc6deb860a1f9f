#pragma once

#include <exception>

namespace wpns::config {

/// Thrown where toml++ meets what it assumes not to meet.
struct BrokenAssumption : std::exception {};

[[noreturn]] inline void break_assumption() {
    throw BrokenAssumption();
}

}  // namespace wpns::config

// toml++ 3.4 assumes in a few places what it did not check, and reads on when a text is no TOML in
// just that way ("[" alone on a line). Its own assertions find every such text; they stay on in
// every kind of build, and end the parsing instead of the program.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) \
    (static_cast<bool>(expression) ? void() : wpns::config::break_assumption())
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
