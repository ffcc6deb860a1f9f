#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/site_name.hpp"

namespace wpns {

/// Sites that were found to be as wanted, each with a digest of all that was looked at then: what
/// it is made from, and what was there. Where both are the same, it is as wanted still, and nothing
/// of it need be rendered or read. A cache: losing it costs time only.
struct Settled {
    std::int64_t taken = 0;  ///< clock of the kernel at the newest look, in nanoseconds
    std::map<SiteName, std::string> sites{};  ///< 64 hex digits
    bool operator==(const Settled&) const = default;
};

[[nodiscard]] std::string to_text(const Settled& settled);

/// Nothing where the text is damaged, cut, or of another version of the format.
[[nodiscard]] std::optional<Settled> parse_settled(std::string_view text);

}  // namespace wpns
