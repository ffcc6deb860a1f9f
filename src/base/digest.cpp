#include "base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

template <typename Bytes>
std::string to_hex(const Bytes& bytes, std::size_t size) {
    return wpns::to_hex({reinterpret_cast<const char*>(bytes.data()), size});
}

const unsigned char* as_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
        throw Error(ErrorKind::failed, "SHA-256 failed");
    return to_hex(hash, size);
}

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    if (!state_->context || EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1)
        throw Error(ErrorKind::failed, "SHA-256 failed");
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1)
        throw Error(ErrorKind::failed, "SHA-256 failed");
}

std::string Sha256::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(state_->context.get(), hash.data(), &size) != 1)
        throw Error(ErrorKind::failed, "SHA-256 failed");
    return to_hex(hash, size);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(message),
             message.size(), hash.data(), &size) == nullptr)
        throw Error(ErrorKind::failed, "HMAC-SHA-256 failed");
    return to_hex(hash, size);
}

std::string random_hex(unsigned bytes) {
    std::vector<unsigned char> buffer(bytes);
    // Up to 256 bytes are never cut short once the pool is ready (getrandom(2)).
    if (bytes > 256 || getrandom(buffer.data(), bytes, 0) != static_cast<ssize_t>(bytes))
        throw_errno("read random bytes", bytes > 256 ? EINVAL : errno);
    return to_hex(buffer, bytes);
}

}  // namespace wpns
