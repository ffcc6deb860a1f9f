#include "base/error.hpp"

#include <cstring>
#include <utility>

namespace wpns {

Error::Error(ErrorKind kind, std::string message, std::string remedy)
    : kind_(kind), message_(std::move(message)), remedy_(std::move(remedy)) {}

Error Error::with_context(std::string_view context) const {
    return Error(kind_, std::string(context) + ": " + message_, remedy_);
}

void throw_errno(std::string_view what, int errno_value) {
    char buffer[256] = {};
    const char* text = strerror_r(errno_value, buffer, sizeof buffer);
    throw Error(ErrorKind::failed, std::string(what) + ": " + text);
}

}  // namespace wpns
