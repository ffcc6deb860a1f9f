#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "model/checked_text.hpp"
#include "model/registry.hpp"
#include "model/site_name.hpp"

namespace wpns {

/// What was given to a site and cannot be made again: given.toml among its rendered files, so that
/// a lost registry is not the end of its numbers and secrets. With it stands all else that the
/// site's namespace and links are made from, so that a boot need not read the registry for each.
struct Given {
    SiteName site;
    std::string domain;
    Allocation allocation;
    Wire wire{};
    bool operator==(const Given&) const = default;
};

/// As CheckedText.
[[nodiscard]] std::string to_text(const Given& given);
[[nodiscard]] std::expected<Given, std::string> parse_given(std::string_view text);

/// The lines of an allocation, and back; what makes no sense is the reader's fault.
void put_allocation(CheckedText& out, const Allocation& allocation);
[[nodiscard]] Allocation read_allocation(CheckedReader& in);

}  // namespace wpns
