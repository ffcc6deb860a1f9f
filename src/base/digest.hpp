#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace wpns {

/// SHA-256 of the bytes as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// SHA-256 of bytes that come piece by piece.
class Sha256 {
  public:
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();
    void add(std::string_view bytes);
    /// 64 lower-case hex digits; ends the digest.
    [[nodiscard]] std::string hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// HMAC-SHA-256 as 64 lower-case hex digits; derives the secrets of a site from its seed.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view message);

/// `bytes` random bytes of the kernel as lower-case hex digits (twice as many characters).
[[nodiscard]] std::string random_hex(unsigned bytes);

}  // namespace wpns
