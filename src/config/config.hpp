#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/host_config.hpp"
#include "model/site_config.hpp"
#include "model/site_name.hpp"

/// TOML text to values plus problems with a place: the only reader of TOML that a person wrote.
/// Pure.
namespace wpns::config {

/// One thing that is wrong with a file. Line and column count from 1; 0 where the whole file is
/// meant.
struct Problem {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    std::string source_line;  ///< the line itself, printable, for the caret
    std::string reason;       ///< "unknown key memroy in [limits]"
    std::string remedy;       ///< "did you mean memory?"; may be empty
    unsigned caret = 0;       ///< the column within source_line, which is shortened and escaped
    bool operator==(const Problem&) const = default;
};

/// "sites.d/a.toml:3:1: reason", the line, a caret under the column, the remedy. Several lines,
/// each ending in \n.
[[nodiscard]] std::string describe(const Problem& problem);

/// A file as it was read: its name for messages and its bytes.
struct Source {
    std::string file;
    std::string text;
};

/// All of the configuration, or all that is wrong with all of it.
struct Config {
    HostConfig host;
    std::map<SiteName, SiteConfig> sites;
    std::string host_digest{};                  ///< SHA-256 of wpns.toml; empty without one
    std::map<SiteName, std::string> digests{};  ///< SHA-256 of each site's file
    std::vector<Problem> problems;    ///< sorted by file, line; values count only when empty
    std::vector<Problem> warnings{};  ///< of sites, by site: what has no effect; values count
};

/// Reads everything and checks it together: unknown keys with the nearest known one, types, values,
/// duplicate domains and aliases and pinned subnets across files. A site's name is the base name of
/// its file without ".toml". No file is longer than 1 MiB, nested deeper than 16 or with more than
/// 10,000 keys.
[[nodiscard]] Config read(const std::optional<Source>& host_file,
                          const std::vector<Source>& site_files);

/// The file that `wpns add` writes: domain and whatever differs from the defaults, which may be
/// those of wpns.toml, commented.
[[nodiscard]] std::string site_file_text(const SiteConfig& site, const SiteConfig& defaults = {});

}  // namespace wpns::config
