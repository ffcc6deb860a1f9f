#pragma once

#include <string>
#include <string_view>

/// As much of FastCGI 1.0 (fastcgi-archives.github.io) as it takes to have one script run.
namespace wpns::host::linux_os {

/// A POST of `body` to a script, whose path is that in the sandbox of the PHP-FPM.
[[nodiscard]] std::string fastcgi_request(std::string_view script, std::string_view body);

/// What the script printed behind its headers, from all records of an answer; empty where it is cut
/// off before its end.
[[nodiscard]] std::string fastcgi_body(std::string_view records);

}  // namespace wpns::host::linux_os
