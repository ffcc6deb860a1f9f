#include "apply/sandbox.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/error.hpp"
#include "render/template.hpp"

namespace wpns::apply {
namespace {

/// What systemd-run decides itself, or what has no meaning for a transient unit.
bool set_by_systemd_run(const render::Setting& setting) {
    constexpr std::array<std::string_view, 5> keys = {"ExecStart", "Type", "Description",
                                                      "StandardInput", "RemainAfterExit"};
    return setting.section == "[Install]" || setting.section == "[Unit]" ||
           std::ranges::find(keys, setting.key) != keys.end();
}

void add_properties(host::Process::Command& command, const std::string& unit_text) {
    const auto settings = render::parse(render::Format::unit, unit_text);
    if (!settings) throw Error(ErrorKind::bug, "sandbox: " + settings.error());
    for (const auto& setting : *settings) {
        if (set_by_systemd_run(setting)) continue;
        command.argv.push_back("--property=" + setting.key + "=" + setting.value);
    }
}

/// systemd replaces $NAME in the arguments of a unit; "$$" is a dollar.
std::string literal(const std::string& argument) {
    std::string text;
    for (const char c : argument) text += c == '$' ? "$$" : std::string(1, c);
    return text;
}

}  // namespace

host::Process::Command sandboxed(const std::string& unit_text, const std::vector<std::string>& argv,
                                 Terminal terminal, std::optional<std::chrono::seconds> limit) {
    host::Process::Command command;
    command.argv = {"/usr/bin/systemd-run",
                    "--quiet",
                    "--collect",
                    "--wait",
                    "--service-type=exec",
                    terminal == Terminal::own ? "--pty" : "--pipe"};
    add_properties(command, unit_text);
    if (limit) {
        command.argv.push_back("--property=RuntimeMaxSec=" + std::to_string(limit->count()));
        command.timeout = *limit + std::chrono::seconds(10);
    }
    command.argv.push_back("--");
    std::ranges::transform(argv, std::back_inserter(command.argv), literal);
    return command;
}

host::Process::Command activated(const std::string& unit_text, const std::vector<std::string>& argv,
                                 const Activation& activation) {
    host::Process::Command command;
    command.argv = {"/usr/bin/systemd-run", "--quiet", "--collect", "--unit=" + activation.unit,
                    "--service-type=exec"};
    for (const auto& property : activation.socket)
        command.argv.push_back("--socket-property=" + property);
    add_properties(command, unit_text);
    command.argv.push_back("--");
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    return command;
}

}  // namespace wpns::apply
