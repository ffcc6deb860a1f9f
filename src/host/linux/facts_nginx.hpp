#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wpns::host::linux_os {

/// The text of the first file besides /etc/nginx/conf.d/wpns.conf that has a listen directive with
/// default_server for one of the ports in `listen` ("80", "[::]:443"); empty where none has. `dump`
/// is what `nginx -T` prints.
[[nodiscard]] std::string foreign_default_server(std::string_view dump,
                                                 const std::vector<std::string>& listen);

}  // namespace wpns::host::linux_os
