#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wpns::host::linux_os {

/// Names in an open directory (O_PATH is enough), sorted, without "." and "..". `shown` is its path
/// in messages.
[[nodiscard]] std::vector<std::string> names_in(int directory, const std::string& shown);

/// The text of a small regular file of the system that is only parsed, never trusted with a
/// decision about ownership: symbolic links are followed and owners do not matter (the resolver
/// file of systemd-resolved is in a directory of its own user). Empty where it cannot be read.
[[nodiscard]] std::string read_system_text(const std::string& path);

/// Everything that is left to read, up to `limit` bytes; Error{conflict} where there is more.
[[nodiscard]] std::string read_all(int fd, std::size_t limit, const std::string& shown);

/// Every byte of `content`, however many calls that takes.
void write_all(int fd, std::string_view content, const std::string& shown);

}  // namespace wpns::host::linux_os
