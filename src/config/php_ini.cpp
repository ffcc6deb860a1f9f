#include "config/php_ini.hpp"

#include <charconv>
#include <cstdint>
#include <functional>
#include <map>

#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/rules.hpp"
#include "config/units.hpp"

namespace wpns::config {
namespace {

using ValueRule = std::function<Verdict(std::string_view)>;

ValueRule number(std::int64_t least, std::int64_t most) {
    return [=](std::string_view text) -> Verdict {
        std::int64_t value = 0;
        const auto* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc{} && stop == end && value >= least && value <= most) return {};
        return Refusal{
            quote(text) + " is not in " + std::to_string(least) + " .. " + std::to_string(most),
            {}};
    };
}

ValueRule size(std::uint64_t least, std::uint64_t most) {
    return [=](std::string_view text) -> Verdict {
        const auto bytes = parse_size(text);
        if (bytes && *bytes >= least && *bytes <= most) return {};
        return Refusal{quote(text) + " is not in " + size_text(least) + " .. " + size_text(most),
                       "write digits and K, M or G in quotes"};
    };
}

ValueRule one_of(std::vector<std::string> words) {
    return [words = std::move(words)](std::string_view text) -> Verdict {
        if (std::find(words.begin(), words.end(), text) != words.end()) return {};
        return Refusal{quote(text) + " is not known", "one of: " + join(words, ", ")};
    };
}

ValueRule on_off() {
    return [](std::string_view text) -> Verdict {
        if (text == "on" || text == "off") return {};
        return Refusal{quote(text) + " is neither true nor false", "write true or false"};
    };
}

using Allowed = std::map<std::string, ValueRule, std::less<>>;

const Allowed& allowed_keys() {
    static const Allowed keys = {
        {"date.timezone", rules::timezone},
        {"default_charset", one_of({"UTF-8", "ISO-8859-1", "ISO-8859-15", "windows-1252"})},
        {"default_socket_timeout", number(1, 3600)},
        {"display_errors", on_off()},
        {"display_startup_errors", on_off()},
        {"error_reporting", number(0, 32767)},
        {"html_errors", on_off()},
        {"ignore_repeated_errors", on_off()},
        {"log_errors", on_off()},
        {"max_file_uploads", number(1, 500)},
        {"max_input_nesting_level", number(1, 1000)},
        {"max_input_time", number(1, 3600)},
        {"max_input_vars", number(100, 100'000)},
        {"opcache.interned_strings_buffer", number(1, 256)},
        {"opcache.max_accelerated_files", number(200, 1'000'000)},
        {"opcache.memory_consumption", number(8, 4096)},
        {"opcache.revalidate_freq", number(0, 86'400)},
        {"opcache.validate_timestamps", on_off()},
        {"output_buffering", number(0, 1'048'576)},
        {"pcre.backtrack_limit", number(1000, 100'000'000)},
        {"pcre.recursion_limit", number(1000, 1'000'000)},
        {"precision", number(-1, 40)},
        {"realpath_cache_size", size(16ULL << 10U, 64ULL << 20U)},
        {"realpath_cache_ttl", number(0, 86'400)},
        {"serialize_precision", number(-1, 40)},
        {"session.cookie_httponly", on_off()},
        {"session.cookie_lifetime", number(0, 31'536'000)},
        {"session.cookie_samesite", one_of({"Lax", "Strict"})},
        {"session.cookie_secure", on_off()},
        {"session.gc_maxlifetime", number(60, 31'536'000)},
        {"session.use_strict_mode", on_off()},
        {"short_open_tag", on_off()},
        {"zlib.output_compression", on_off()},
    };
    return keys;
}

}  // namespace

Verdict check_ini_value(std::string_view key, std::string_view value) {
    return allowed_keys().find(key)->second(value);
}

std::vector<std::string> known_ini_keys() {
    std::vector<std::string> keys;
    for (const auto& [key, rule] : allowed_keys()) keys.push_back(key);
    return keys;
}

}  // namespace wpns::config
