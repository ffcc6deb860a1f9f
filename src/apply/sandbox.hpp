#pragma once

#include <expected>
#include <string>
#include <vector>

#include "host/host.hpp"

namespace wpns::apply {

/// Whether the command talks to a person's terminal (a pseudo terminal of its own) or to pipes.
enum class Terminal { pipes, own };

/// The command that runs `argv` as a transient unit with every property of the service in
/// `unit_text` (a rendered template: the one place that says what the sandbox is). Throws
/// Error{bug} when the text is no unit. systemd-run is the program for it: it knows how to turn
/// each of some forty settings into its D-Bus type.
[[nodiscard]] host::Process::Command sandboxed(const std::string& unit_text,
                                               const std::vector<std::string>& argv,
                                               Terminal terminal = Terminal::pipes);

}  // namespace wpns::apply
