#pragma once

#include <string>
#include <string_view>

namespace wpns {

/// SHA-256 of the bytes as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA-256 as 64 lower-case hex digits; derives the secrets of a site from its seed.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view message);

/// `bytes` random bytes of the kernel as lower-case hex digits (twice as many characters).
[[nodiscard]] std::string random_hex(unsigned bytes);

}  // namespace wpns
