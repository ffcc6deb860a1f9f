#pragma once

#include <nlohmann/json.hpp>

/// What scripts read.
namespace wpns::cli {

/// One document on stdout, indented. Bytes of a site never reach the terminal raw, not even inside
/// JSON: what is not ASCII is escaped, what is not UTF-8 replaced.
void print_json(const nlohmann::ordered_json& document);

}  // namespace wpns::cli
