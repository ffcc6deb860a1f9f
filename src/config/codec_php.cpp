#include "config/characters.hpp"
#include "config/codec.hpp"
#include "config/php_ini.hpp"

namespace wpns::config {
namespace {

/// The value of an ini key as PHP reads it: digits, on/off, or the text.
std::optional<std::string> ini_value(const Value& value) {
    if (value.is_integer()) {
        const auto number = value.integer({});
        if (!number) return std::nullopt;
        return std::to_string(*number);
    }
    if (value.is_boolean()) return value.boolean({}).value_or(false) ? "on" : "off";
    return value.text("a text, a whole number, true or false");
}

std::optional<std::map<std::string, std::string>> read_settings(const Value& value) {
    const auto members = value.members("a table");
    if (!members) return std::nullopt;
    std::map<std::string, std::string> settings;
    for (const auto& [key, given] : *members) {
        if (auto refusal = check_ini_key(key)) {
            given.refuse(std::move(*refusal));
            continue;
        }
        const auto text = ini_value(given);
        if (!text) continue;
        if (auto refusal = check_ini_value(key, *text))
            given.refuse(std::move(*refusal));
        else
            settings[key] = *text;
    }
    return settings;
}

std::string bare_value(const std::string& value) {
    if (value == "on") return "true";
    if (value == "off") return "false";
    const std::string_view digits = std::string_view(value).substr(value.starts_with('-') ? 1 : 0);
    return all_of(digits, is_digit) ? value : toml_text(value);
}

std::string write_settings(const std::map<std::string, std::string>& settings) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : settings)
        texts.push_back(toml_text(key) + " = " + bare_value(value));
    return texts.empty() ? "" : "{ " + join(texts, ", ") + " }";
}

}  // namespace

Codec<std::map<std::string, std::string>> php_settings() {
    return {read_settings, write_settings};
}

}  // namespace wpns::config
