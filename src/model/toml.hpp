#pragma once

namespace wpns {

/// Throws toml::parse_error at line 0: toml++ met what it assumes not to meet.
[[noreturn]] void break_assumption();

}  // namespace wpns

// The one place that includes toml++, so that every part of the program has the same one: compiled
// once, in toml.cpp, and with its assertions on in every kind of build. In a few places toml++ 3.4
// reads on without a check when a text is no TOML in just that way ("[" alone on a line). Its own
// assertions find all of these; here they end the parsing, not the program.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 0
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : wpns::break_assumption())
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
