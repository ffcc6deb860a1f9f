#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace wpns::config {

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The configuration of one site file of this text.
inline Config read_site_text(const std::string& text) {
    return read(std::nullopt, {{"site-a.toml", text}});
}

/// The same below `domain`, which has to be there.
inline Config read_site_keys(const std::string& keys) {
    return read_site_text("domain = \"site-a.example\"\n" + keys);
}

inline SiteConfig only_site(const Config& config) {
    return config.sites.begin()->second;
}

/// All problems as a person sees them.
inline std::string described(const Config& config) {
    std::string text;
    for (const auto& problem : config.problems) text += describe(problem);
    return text;
}

inline std::vector<std::string> reasons(const Config& config) {
    std::vector<std::string> texts;
    for (const auto& problem : config.problems) texts.push_back(problem.reason);
    return texts;
}

/// A TOML string in quotes for any bytes.
inline std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        constexpr char digits[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            result += std::string("\\u00") + digits[byte >> 4U] + digits[byte & 0xfU];
        else
            result += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    }
    return result + "\"";
}

/// "[php]\nmax_children = 8\n" for ("php.max_children", "8").
inline std::string toml_line(const std::string& path, const std::string& value) {
    const auto dot = path.rfind('.');
    const std::string table = dot == path.npos ? "" : "[" + path.substr(0, dot) + "]\n";
    return table + path.substr(dot == path.npos ? 0 : dot + 1) + " = " + value + "\n";
}

}  // namespace wpns::config
