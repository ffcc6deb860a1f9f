#pragma once

#include "render/template.hpp"

/// One parser a format, each as strict as the reader it stands for. Errors say line and reason.
namespace wpns::render {

using Parsed = std::expected<std::vector<Setting>, std::string>;

/// systemd: sections, Key=value; a line that ends in a backslash is refused (it would swallow the
/// next one).
[[nodiscard]] Parsed parse_unit(std::string_view text);
/// my.cnf, php.ini and php-fpm.conf: sections, "key = value", or a bare key.
[[nodiscard]] Parsed parse_ini(std::string_view text);
/// "key = value" lines that come before any section.
[[nodiscard]] Parsed parse_fragment(std::string_view text);
/// Directives with their block path as section: {"http/server", "listen", "80"}.
[[nodiscard]] Parsed parse_nginx(std::string_view text);
/// Each single-quoted string with the code before it as key; a double-quoted string belongs to the
/// code.
[[nodiscard]] Parsed parse_php(std::string_view text);
/// Each line with the number of its fields as key; fields end at blanks and colons.
[[nodiscard]] Parsed parse_plain(std::string_view text);

}  // namespace wpns::render
