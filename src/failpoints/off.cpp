#include "base/failpoint.hpp"

namespace wpns {

void failpoint(Failpoint) {}

bool has_failpoints() {
    return false;
}

}  // namespace wpns
