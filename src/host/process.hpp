#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wpns::host {

/// External programs: absolute path, argument vector, nothing inherited, time-out, no shell.
class Process {
  public:
    struct Command {
        std::vector<std::string> argv;  ///< argv[0] is an absolute path
        std::string input;              ///< standard input; /dev/null where empty
        std::map<std::string, std::string>
            environment;  ///< the whole environment besides PATH and LANG=C.UTF-8
        std::chrono::seconds timeout{60};
        std::size_t output_limit = 1U << 20;  ///< bytes of stdout and of stderr that are kept
        int input_file = -1;   ///< an open file that becomes standard input, instead of `input`
        int output_file = -1;  ///< an open file that becomes standard output: `out` stays empty
        /// An open file that the program gets as descriptor 3, for what is bound to it: a lock that
        /// ends with the program, even where we end before.
        int kept_file = -1;
        /// Gets standard output piece by piece instead of Result::out. What it throws ends the
        /// program and leaves run().
        std::function<void(std::string_view)> output;
        /// Gives standard input piece by piece after `input`; an empty piece ends it.
        std::function<std::string_view()> feed;
    };
    struct Result {
        int status = 0;  ///< exit status, 128 + signal where it was killed
        std::string out;
        std::string err;
    };
    /// A program that was begun. It is killed with this.
    class Running {
      public:
        virtual ~Running() = default;
        /// Waits for the first line of standard output: what the program has to say before it
        /// cleans up. Nothing where it ended, or its time did, without one.
        [[nodiscard]] virtual std::optional<std::string> first_line() = 0;
        /// As `run`; to be called once.
        [[nodiscard]] virtual Result wait() = 0;
    };
    virtual ~Process() = default;
    /// Runs to the end. A time-out kills the whole group and throws Error{timeout}; a program that
    /// is not there throws Error{missing}. A non-zero status is not an error here.
    virtual Result run(const Command& command) = 0;
    /// The same without waiting. Its pipes are served only while something is waited for, so it is
    /// for programs that say little. Its time counts from now.
    [[nodiscard]] virtual std::unique_ptr<Running> begin(const Command& command) = 0;
    /// The terminal is handed over until it ends; the exit status comes back. For `wpns exec`.
    virtual int run_attached(const Command& command) = 0;
};

}  // namespace wpns::host
