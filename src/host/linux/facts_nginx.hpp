#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wpns::host::linux_os {

/// True when a file other than /etc/nginx/conf.d/wpns.conf has a listen directive with
/// default_server for one of the ports in `listen` ("80", "[::]:443"). `dump` is what `nginx -T`
/// prints; an empty one claims nothing.
[[nodiscard]] bool has_foreign_default_server(std::string_view dump,
                                              const std::vector<std::string>& listen);

}  // namespace wpns::host::linux_os
