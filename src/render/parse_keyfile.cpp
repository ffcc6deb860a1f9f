#include <algorithm>

#include "base/text.hpp"
#include "render/parse.hpp"

namespace wpns::render {
namespace {

enum class BareKey { refused, allowed };

enum class Sections { needed, refused };

struct Dialect {
    std::string_view key_punctuation;
    BareKey bare_key;
    Sections sections = Sections::needed;
};

constexpr Dialect unit_dialect{"-", BareKey::refused};
constexpr Dialect ini_dialect{"._-[]", BareKey::allowed};
constexpr Dialect fragment_dialect{"._-[]", BareKey::refused, Sections::refused};

bool valid_key(std::string_view key, std::string_view punctuation) {
    return !key.empty() && std::ranges::all_of(key, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               punctuation.find(c) != std::string_view::npos;
    });
}

/// Control bytes other than the tab never belong into these files.
bool has_control_bytes(std::string_view line) {
    return std::ranges::any_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

/// One line into `settings`; the reason when it cannot be read.
std::string read_line(std::string_view line, const Dialect& dialect, std::string& section,
                      std::vector<Setting>& settings) {
    if (has_control_bytes(line)) return "a control character";
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') return {};
    if (line.ends_with('\\')) return "a backslash at the end would swallow the next line";
    if (line.front() == '[' && line.ends_with(']')) {
        section = line;
        return dialect.sections == Sections::refused ? "a section in a fragment" : "";
    }
    const auto equals = line.find('=');
    const auto key = trim(line.substr(0, equals));
    if (!valid_key(key, dialect.key_punctuation)) return "no key: " + printable(line);
    if (equals == std::string_view::npos && dialect.bare_key == BareKey::refused)
        return "no value: " + printable(line);
    if (section.empty() && dialect.sections == Sections::needed)
        return "a key before the first section";
    const auto value =
        equals == std::string_view::npos ? std::string_view() : trim(line.substr(equals + 1));
    settings.push_back({section, std::string(key), std::string(value)});
    return {};
}

Parsed parse_keyfile(std::string_view text, const Dialect& dialect) {
    std::vector<Setting> settings;
    std::string section;
    unsigned number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        if (const auto reason = read_line(line, dialect, section, settings); !reason.empty())
            return std::unexpected("line " + std::to_string(number) + ": " + reason);
    }
    return settings;
}

}  // namespace

Parsed parse_unit(std::string_view text) {
    return parse_keyfile(text, unit_dialect);
}

Parsed parse_ini(std::string_view text) {
    return parse_keyfile(text, ini_dialect);
}

Parsed parse_fragment(std::string_view text) {
    return parse_keyfile(text, fragment_dialect);
}

Parsed parse_plain(std::string_view text) {
    std::vector<Setting> settings;
    for (const auto line : split(text, '\n')) {
        if (has_control_bytes(line)) return std::unexpected("a control character");
        const auto content = trim(line);
        if (content.empty() || content.front() == '#') continue;
        const auto fields = 1 + std::ranges::count_if(content, [](char c) {
                                return c == ' ' || c == '\t' || c == ':';
                            });
        settings.push_back({"", std::to_string(fields), std::string(content)});
    }
    return settings;
}

}  // namespace wpns::render
