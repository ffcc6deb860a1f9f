#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>

#include "cli/options.hpp"
#include "cli/report.hpp"
#include "host/linux/interruption.hpp"
#include "host/linux/make.hpp"

namespace {

using namespace wpns;

int exit_code_of(const Error& error) {
    const bool input = error.kind() == ErrorKind::usage || error.kind() == ErrorKind::config;
    return input ? cli::bad_input : cli::failed;
}

}  // namespace

/// Parses the command line, runs one command, prints one error, returns one exit code.
int main(int argc, char** argv) {
    CLI::App app("Hosts many WordPress sites on one server, each in a network namespace of its own",
                 "wpns");
    cli::Globals globals;
    cli::Command command;
    try {
        cli::declare(app, globals, command);
        app.parse(cli::words_for_parser({argv + 1, argv + argc}));
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::done : cli::bad_input;
    }
    try {
        // Made when a plan is about to be carried out: until then a signal just ends the program.
        std::optional<host::linux_os::Interruption> interruption;
        globals.interrupted = [&interruption] {
            if (!interruption) interruption.emplace();
            return interruption->requested();
        };
        const auto host = host::linux_os::make_host([](const std::string& holder) {
            std::cerr << "wpns: waiting for another run (" << holder << ")\n";
        });
        return command(globals, host->host());
    } catch (const Error& error) {
        cli::print_error(globals, error);
        return exit_code_of(error);
    } catch (const std::exception& error) {
        cli::print_error(globals, Error(ErrorKind::bug, error.what()));
        return cli::failed;
    }
}
