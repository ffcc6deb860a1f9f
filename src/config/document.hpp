#pragma once

#include <string_view>
#include <vector>

#include "config/keys.hpp"
#include "config/report.hpp"
#include "config/vocabulary.hpp"
#include "model/toml.hpp"

namespace wpns::config {

/// One file as a TOML table, with its problems. The source has to live as long as the document.
class Document {
  public:
    /// Reads the text; what keeps it from being TOML is the first problem, and the table is then
    /// empty.
    explicit Document(const Source& source);

    /// Hands every known key of the file to its reader and reports all others.
    void read(SiteConfig& target) { walk(root_, {}, FileKind::site, site_keys(), target); }
    void read(HostConfig& target) { walk(root_, {}, FileKind::host, host_keys(), target); }

    /// True when the text was TOML.
    [[nodiscard]] bool parsed() const noexcept { return parsed_; }
    [[nodiscard]] bool has(std::string_view path) const { return node(path) != nullptr; }
    /// Where the value of a key is; {1, 1} when the file does not hold it.
    [[nodiscard]] Place place_of(std::string_view path) const;
    /// Where `text` is in the list `path`.
    [[nodiscard]] Place place_in_list(std::string_view path, std::string_view text) const;

    [[nodiscard]] Report& report() noexcept { return report_; }
    [[nodiscard]] const Report& report() const noexcept { return report_; }

  private:
    [[nodiscard]] const toml::node* node(std::string_view path) const;
    template <typename Target>
    void walk(const toml::table& table, const std::string& table_path, FileKind kind,
              const std::vector<Key<Target>>& keys, Target& target);

    Report report_;
    toml::table root_;
    bool parsed_ = false;
};

}  // namespace wpns::config
