#pragma once

#include <string>
#include <string_view>

#include "desired/desired.hpp"

namespace wpns::desired {

/// SHA-256 over all that every site is made from besides its own file and record: the same digest,
/// file and record give the same resources. `host_file` is the digest of the bytes of wpns.toml.
[[nodiscard]] std::string digest_of(const Inputs& inputs, std::string_view host_file);

}  // namespace wpns::desired
