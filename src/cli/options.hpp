#pragma once

#include <functional>
#include <memory>

#include "cli/verbs.hpp"

namespace CLI {
class App;
}

namespace wpns::cli {

/// What the command line asks for: run it with a host.
using Command = std::function<int(const Globals&, const host::Host&)>;

/// Declares every verb and option of the contract. The returned command is set by parsing `app`.
void declare(CLI::App& app, Globals& globals, Command& command);

}  // namespace wpns::cli
