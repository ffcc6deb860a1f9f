#pragma once

#include <chrono>
#include <optional>
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
///
/// With `limit` systemd ends the unit after that time, and the command itself a little later:
/// killing systemd-run alone would leave the unit running.
[[nodiscard]] host::Process::Command sandboxed(
    const std::string& unit_text, const std::vector<std::string>& argv,
    Terminal terminal = Terminal::pipes, std::optional<std::chrono::seconds> limit = std::nullopt);

/// A socket that starts a transient service at the first connection.
struct Activation {
    std::string unit;                 ///< name of the service; the socket's differs in the ending
    std::vector<std::string> socket;  ///< properties of the socket, "ListenStream=…" among them
};

/// The command that makes such a socket and returns; the service has every property of `unit_text`.
[[nodiscard]] host::Process::Command activated(const std::string& unit_text,
                                               const std::vector<std::string>& argv,
                                               const Activation& activation);

}  // namespace wpns::apply
