#include <unistd.h>

#include <cstdlib>

#include "apply/owed.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {

/// The program runs as a transient unit with its own pseudo terminal, so nothing of the site ever
/// holds root's.
int cmd_exec(const Globals& globals, const host::Host& host, const ExecOptions& options) {
    if (options.argv.empty())
        throw Error(ErrorKind::usage, "exec needs a site and a program",
                    "wpns exec NAME -- CMD...");
    const auto name = site_name(options.name);
    Session session(globals, host, NoFiles::fine);
    const auto site = session.config().sites.find(name);
    const auto record = session.registry().sites.find(name);
    if (site == session.config().sites.end() || record == session.registry().sites.end())
        throw Error(ErrorKind::usage, "site " + name.str() + " is not set up",
                    "wpns add " + name.str());
    apply::have_installed(host, name);
    const auto unit = desired::exec_unit(session.inputs(), name, site->second, record->second);
    if (!unit) throw Error(ErrorKind::config, unit.error());
    const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
    auto command = apply::sandboxed(*unit, options.argv,
                                    terminal ? apply::Terminal::own : apply::Terminal::pipes);
    if (const char* kind = std::getenv("TERM"); terminal && kind != nullptr)
        command.environment["TERM"] = kind;
    return host.process.run_attached(command);
}

}  // namespace wpns::cli
