#include "base/password_hash.hpp"

#include <crypt.h>

#include <memory>

#include "base/error.hpp"

namespace wpns {

std::string hash_of_random_password(const std::string& password) {
    constexpr unsigned long rounds_log2 = 5;
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    // too large for a stack that threads share out
    const auto data = std::make_unique<crypt_data>();
    if (::crypt_gensalt_rn("$2y$", rounds_log2, nullptr, 0, setting, sizeof setting) == nullptr ||
        ::crypt_r(password.c_str(), setting, data.get()) == nullptr || data->output[0] == '*')
        throw Error(ErrorKind::bug, "crypt(3) has no bcrypt");
    return data->output;
}

}  // namespace wpns
