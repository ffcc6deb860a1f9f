#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/php_ini.hpp"

namespace wpns::config {
namespace {

struct Known {
    std::string_view key;  ///< a whole key, or a prefix when it ends in a dot
    std::string_view why;
};

constexpr std::string_view loads_code = "loads code into every request";
constexpr std::string_view names_path = "names a path, and paths are part of the sandbox";
constexpr std::string_view is_wall = "is part of the wall around the site";
constexpr std::string_view runs_program = "names a program or a server to talk to";

/// Keys that people ask for, and why a site may not set them.
constexpr std::array<Known, 35> refused = {{
    {"extension", loads_code},
    {"extension_dir", loads_code},
    {"zend_extension", loads_code},
    {"auto_prepend_file", loads_code},
    {"auto_append_file", loads_code},
    {"opcache.preload", loads_code},
    {"opcache.preload_user", loads_code},
    {"ffi.", loads_code},
    {"enable_dl", loads_code},
    {"allow_url_include", loads_code},
    {"unserialize_callback_func", loads_code},
    {"user_ini.", loads_code},
    {"opcache.file_cache", names_path},
    {"opcache.file_cache_only", names_path},
    {"opcache.lockfile_path", names_path},
    {"opcache.error_log", names_path},
    {"error_log", names_path},
    {"include_path", names_path},
    {"session.save_path", names_path},
    {"upload_tmp_dir", names_path},
    {"sys_temp_dir", names_path},
    {"doc_root", names_path},
    {"user_dir", names_path},
    {"curl.cainfo", names_path},
    {"openssl.", names_path},
    {"open_basedir", is_wall},
    {"disable_functions", is_wall},
    {"disable_classes", is_wall},
    {"cgi.", is_wall},
    {"opcache.jit", is_wall},
    {"pcre.jit", is_wall},
    {"sendmail_path", runs_program},
    {"mail.", runs_program},
    {"session.save_handler", runs_program},
    {"mysqli.", runs_program},
}};

/// Keys of PHP that wpns has a key of its own for.
constexpr std::array<Known, 4> renamed = {{
    {"memory_limit", "memory_limit"},
    {"max_execution_time", "max_execution_time"},
    {"upload_max_filesize", "upload_limit"},
    {"post_max_size", "upload_limit"},
}};

template <std::size_t Count>
const Known* find(const std::array<Known, Count>& table, std::string_view key) {
    const auto matches = [key](const Known& known) {
        return known.key.ends_with('.') ? key.starts_with(known.key) : key == known.key;
    };
    const auto at = std::find_if(table.begin(), table.end(), matches);
    return at == table.end() ? nullptr : at;
}

}  // namespace

Verdict check_ini_key(std::string_view key) {
    const auto known = known_ini_keys();
    if (std::find(known.begin(), known.end(), key) != known.end()) return {};
    if (const auto* other = find(renamed, key))
        return Refusal{"has a key of its own", "write " + std::string(other->why) + " in [php]"};
    if (const auto* bad = find(refused, key))
        return Refusal{std::string(bad->why) + ": a site may not set it", {}};
    const std::string meant = key.size() > 64 ? "" : nearest(key, known);
    return Refusal{
        "not in the list of settings that a site may change",
        meant.empty() ? "docs/configuration.md has the list" : "did you mean " + meant + "?"};
}

}  // namespace wpns::config
