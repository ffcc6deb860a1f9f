#define TOML_IMPLEMENTATION
#include "model/toml.hpp"

namespace wpns {

void break_assumption() {
    throw toml::parse_error("something is out of place", toml::source_position{});
}

}  // namespace wpns
