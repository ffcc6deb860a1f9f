#pragma once

#include <optional>
#include <set>
#include <string>

#include "apply/executor.hpp"
#include "base/error.hpp"
#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "config/config.hpp"

/// What a person or a script sees. Everything that came from outside is made printable first.
namespace wpns::cli {

/// Exit codes: the contract with scripts.
enum ExitCode : int { done = 0, failed = 1, bad_input = 2, differences = 3 };

/// One line an action, grouped as they will run; "nothing to do" for none. JSON with --json.
void print_plan(const Globals& globals, const Planned& planned);

/// One line on stderr where nothing limits the disk of sites; `lack` says why (Quotas::lack).
void print_no_quotas(const std::string& lack);

/// How to carry out a plan of so many actions: a progress line an action on a terminal (or with
/// -v), silent otherwise; stopped between two steps by a signal.
[[nodiscard]] apply::Options apply_options(const Globals& globals, std::size_t actions);

/// What became of each site; the errors go to stderr. Returns the exit code.
[[nodiscard]] int print_report(const Globals& globals, const Planned& planned,
                               const apply::Report& report);

/// The first thing that went wrong, in planning or in carrying out; nothing when all went well.
[[nodiscard]] std::optional<std::string> first_error(const Planned& planned,
                                                     const apply::Report& report);

/// What the files of these sites ask for in vain, on stderr; of all sites where `only` is empty.
void print_warnings(const config::Config& config, const std::set<SiteName>& only);

/// Asks on the terminal; true with `yes`. Throws Error{usage} without a terminal and without `yes`.
[[nodiscard]] bool confirm(const std::string& question, bool yes);

/// One line on stderr: "wpns: message", and the remedy below.
void print_error(const Globals& globals, const Error& error);

/// What became of a site besides what was asked for, in one line on stderr.
void tell(const SiteName& site, const std::string& words);

/// SiteName::parse, or Error{usage}.
[[nodiscard]] SiteName site_name(const std::string& text);

}  // namespace wpns::cli
