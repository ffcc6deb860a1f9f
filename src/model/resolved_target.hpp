#pragma once

#include <compare>
#include <string>

#include "model/allow_target.hpp"

namespace wpns {

/// Somewhere that a link may go because a host name of its allow list has this address at present.
struct ResolvedTarget {
    std::string link;  ///< name of the host end
    std::string name;
    AllowBox box;
    auto operator<=>(const ResolvedTarget&) const = default;
};

}  // namespace wpns
