#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// The text of a registry without its lists of resources, which are nine tenths of it and so plain
/// that they need no parser of TOML.
struct RegistryLists {
    std::string rest;  ///< with empty lists in their places, and as many lines
    /// By the site that a list stands with, empty for the host: what is between the quotes, line by
    /// line. Parts of the text that was split.
    std::map<std::string, std::vector<std::string_view>, std::less<>> lists{};
};

/// Takes out every list that is exactly as this program writes it, of printable ASCII without
/// quotes and backslashes; what is otherwise stays where it is.
[[nodiscard]] RegistryLists split_registry(std::string_view text);

}  // namespace wpns
