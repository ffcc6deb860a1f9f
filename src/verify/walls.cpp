#include "verify/walls.hpp"

#include <algorithm>
#include <array>

#include "render/template.hpp"

namespace wpns::verify {
namespace {

/// By the start of the key. ExecPaths= is the one of its kind that is a wall.
bool is_wall(const render::Setting& setting) {
    constexpr std::array<std::string_view, 17> others = {
        "Exec",    "Type",     "Restart", "Timeout",     "Kill",    "FinalKill",
        "Notify",  "Environ",  "PassEnv", "WorkingDir",  "Sockets", "PIDFile",
        "BusName", "Watchdog", "Runtime", "RemainAfter", "Standard"};
    if (setting.section != "[Service]") return false;
    return setting.key == "ExecPaths" || std::ranges::none_of(others, [&](std::string_view start) {
               return setting.key.starts_with(start);
           });
}

}  // namespace

std::expected<std::string, std::string> walls_of(const std::string& unit_text) {
    const auto settings = render::parse(render::Format::unit, unit_text);
    if (!settings) return std::unexpected(settings.error());
    std::string text = "[Service]\n";
    for (const auto& setting : *settings)
        if (is_wall(setting)) text += setting.key + "=" + setting.value + "\n";
    return text;
}

}  // namespace wpns::verify
