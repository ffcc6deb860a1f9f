#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.hpp"
#include "config/report.hpp"
#include "model/toml.hpp"

namespace wpns::config {

/// One value of a TOML file with its key and its place. Every question that it cannot answer as
/// asked becomes a problem of the file; the answer is then empty.
class Value {
  public:
    Value(const toml::node& node, std::string path, Report& report)
        : node_(&node), path_(std::move(path)), report_(&report) {}

    [[nodiscard]] bool is_text() const noexcept { return node_->is_string(); }
    [[nodiscard]] bool is_integer() const noexcept { return node_->is_integer(); }
    [[nodiscard]] bool is_boolean() const noexcept { return node_->is_boolean(); }

    /// `wanted` names what was expected in its place: "a size such as \"128M\"".
    [[nodiscard]] std::optional<std::string> text(std::string_view wanted) const;
    /// Decimal digits only, as far as 64 bits go.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view wanted) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view wanted) const;
    [[nodiscard]] std::optional<std::vector<Value>> elements(std::string_view wanted) const;
    /// The values of a table by name; `a.b = 1` and `"a.b" = 1` are the same.
    [[nodiscard]] std::optional<std::vector<std::pair<std::string, Value>>> members(
        std::string_view wanted) const;

    /// Reports "key: reason" at this place; always gives nothing, to be returned.
    std::nullopt_t refuse(Refusal refusal) const;

  private:
    std::nullopt_t wrong_type(std::string_view wanted) const;
    [[nodiscard]] std::string raw() const;

    const toml::node* node_;
    std::string path_;
    Report* report_;
};

/// Where a node begins.
[[nodiscard]] Place place_of(const toml::source_region& region);

}  // namespace wpns::config
