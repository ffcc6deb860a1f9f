#pragma once

#include <string>

namespace wpns {

/// A bcrypt hash ("$2y$…") of a password of at most 72 bytes, by crypt(3). Every WordPress takes it
/// at a login and then puts one of its own way in its place. Its cost of 2^5 rounds is for random
/// passwords, which nobody guesses; not for one that a person has thought of. Throws Error{bug}
/// where crypt(3) does not know bcrypt.
[[nodiscard]] std::string hash_of_random_password(const std::string& password);

}  // namespace wpns
