#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>

namespace wpns {

/// The name of a site; it becomes part of unit, account, link, path and namespace names, so a wrong
/// one cannot be built. Matches `^[a-z][a-z0-9-]{0,23}$`, no dash at the end, no two dashes in a
/// row, and none of the reserved words (root, nobody, mysql, www-data, wpns, all, default, self,
/// lo, host, ... see site_name.cpp).
class SiteName {
  public:
    /// The name, or the reason why `text` is none ("longer than 24 characters").
    [[nodiscard]] static std::expected<SiteName, std::string> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const noexcept { return text_; }
    auto operator<=>(const SiteName&) const = default;

  private:
    explicit SiteName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace wpns
