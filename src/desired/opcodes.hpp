#pragma once

#include <string>

#include "desired/builder.hpp"
#include "desired/values.hpp"

namespace wpns::desired {

/// `opcache.file_cache` in a site's sandbox.
inline constexpr const char* opcode_cache = "/var/cache/opcodes";

/// Where the compiled code of the site's core is: /var/lib/wpns/opcodes/PHP-CORE. The first half
/// changes with PHP, its modules, the compiler's settings and its program. Empty for a site whose
/// core is its own, which it may change, and for a PHP that did not say who it is.
[[nodiscard]] std::string opcodes_path(const Site& site);

/// Where the site's PHP looks for it, in its sandbox. Never empty.
[[nodiscard]] std::string opcodes_at(const Site& site);

/// The resource that is behind the path. The site's core is at /srv/www in the compiler's sandbox.
[[nodiscard]] Opcodes opcodes(const Site& site, Builder& builder);

}  // namespace wpns::desired
