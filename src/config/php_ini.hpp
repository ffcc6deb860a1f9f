#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.hpp"

/// What [php.settings] may hold: an allow-list of ini keys that change nothing but the site itself,
/// each with its rule.
namespace wpns::config {

/// Nothing when a site may set this key; else why not ("loads code into PHP") and what is meant.
[[nodiscard]] Verdict check_ini_key(std::string_view key);

/// Nothing when `value` is one that the allowed `key` takes.
[[nodiscard]] Verdict check_ini_value(std::string_view key, std::string_view value);

/// All keys that are allowed, sorted.
[[nodiscard]] std::vector<std::string> known_ini_keys();

}  // namespace wpns::config
