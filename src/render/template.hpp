#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Text files from templates with named holes. A value can never add a line, a key or a section:
/// each value is checked by the rule of the format before, and the result is parsed again and
/// compared with the template after.
namespace wpns::render {

enum class Format {
    unit,      ///< systemd unit: [Section] and Key=value
    ini,       ///< my.cnf, php.ini, php-fpm.conf
    nginx,     ///< directives; { } ;
    php,       ///< wp-config.php: holes stand inside single quotes
    plain,     ///< one record a line: hosts, passwd, resolv.conf, sysctl
    fragment,  ///< key=value lines without a section, to be put into a unit or an ini file
};

/// Values by hole name. A scalar is one token. A line that holds a list hole is written once per
/// element, so it is left out for an empty list; it holds one list at most. A fragment stands alone
/// on its line.
class Values {
  public:
    Values& set(std::string hole, std::string value);
    Values& set(std::string hole, std::uint64_t value);
    /// The name of a setting, letters, digits, "_" and ".": part of the structure of the text,
    /// which a value is not.
    Values& set_key(std::string hole, std::string key);
    Values& set_list(std::string hole, std::vector<std::string> values);
    /// Text that is itself the rendered text of a template of the same format: put in as lines.
    Values& set_fragment(std::string hole, std::string rendered);

  private:
    friend class Renderer;
    std::map<std::string, std::string> scalars_;
    std::map<std::string, std::string> keys_;
    std::map<std::string, std::vector<std::string>> lists_;
    std::map<std::string, std::string> fragments_;
};

/// Fills `{{hole}}` in `text`. The error says template, line and hole: unknown hole, unused value
/// of a wrong shape, a character that the format does not allow, or a result that does not re-parse
/// to the structure of the template.
[[nodiscard]] std::expected<std::string, std::string> fill(std::string_view name, Format format,
                                                           std::string_view text,
                                                           const Values& values);

/// One line of structure: "[Service]", "User" = "wp-site-a". For nginx the key is the directive
/// with its block path.
struct Setting {
    std::string section;
    std::string key;
    std::string value;
    bool operator==(const Setting&) const = default;
};

/// Parses a rendered text the way its reader does, strictly: unknown syntax is an error. Used after
/// rendering, by tests, and by `exec` to take the sandbox from a unit text.
[[nodiscard]] std::expected<std::vector<Setting>, std::string> parse(Format format,
                                                                     std::string_view text);

}  // namespace wpns::render
