#pragma once

#include <string>
#include <string_view>

#include "render/template.hpp"

namespace wpns::render {

/// Why `value` may not stand in a text of that format, or an empty text when it may. An allow-list:
/// what is not known to be harmless in every place of the format is refused, so nothing ever needs
/// escaping.
[[nodiscard]] std::string value_problem(Format format, std::string_view value);

}  // namespace wpns::render
