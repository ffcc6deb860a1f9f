#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/verbs.hpp"

namespace CLI {
class App;
}

namespace wpns::cli {

/// What the command line asks for: run it with a host.
using Command = std::function<int(const Globals&, const host::Host&)>;

/// Declares every verb and option of the contract. The returned command is set by parsing `app`.
void declare(CLI::App& app, Globals& globals, Command& command);

/// The words of the command line, without the program, in the order that CLI11 takes them: last
/// first. What comes after "--" stays as it is, up to words such as "[x]", of which CLI11 would
/// make a list: these are marked, and `exec` takes the mark away.
[[nodiscard]] std::vector<std::string> words_for_parser(std::span<char* const> words);

}  // namespace wpns::cli
