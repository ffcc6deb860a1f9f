#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wpns {

/// Whole tables of a registry.
struct RegistryPart {
    std::size_t first_line = 0;  ///< how many lines stand before it
    std::string text;
};

/// The text of a registry without its lists of resources, which are nine tenths of it and so plain
/// that they need no parser of TOML.
struct RegistryLists {
    /// With empty lists in their places, and as many lines. All but the first begin with the
    /// heading of a site, so each can be parsed by itself. At least one; a few of a long registry.
    std::vector<RegistryPart> parts;
    /// By the site that a list stands with, empty for the host: what is between the quotes, line by
    /// line, where a backslash stands twice for one. Parts of the text that was split.
    std::map<std::string, std::vector<std::string_view>, std::less<>> lists{};
};

/// Takes out every list that is exactly as this program writes it, of printable ASCII without
/// quotes and other escapes than that of a backslash, which names of slices have; what is otherwise
/// stays where it is.
[[nodiscard]] RegistryLists split_registry(std::string_view text);

}  // namespace wpns
