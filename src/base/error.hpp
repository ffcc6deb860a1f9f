#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace wpns {

/// What went wrong, as far as the caller has to tell cases apart; decides the exit code and the
/// remedy.
enum class ErrorKind {
    usage,     ///< the command line makes no sense (exit 2)
    config,    ///< a configuration or template file is wrong (exit 2)
    conflict,  ///< something on the host is in the way and is not ours (exit 1)
    missing,   ///< a program, file or kernel feature that is needed is not there (exit 1)
    busy,      ///< another run holds the lock (exit 1)
    timeout,   ///< something did not answer in time (exit 1)
    failed,    ///< the host refused or an external program failed (exit 1)
    bug,       ///< an assertion about our own data does not hold (exit 1)
};

/// The one exception of the program: thrown by effects (everything behind `host`), caught in the
/// executor and in main only. The text reads from the outermost step to the cause: "start site-a:
/// load rules: permission denied".
class Error : public std::exception {
  public:
    Error(ErrorKind kind, std::string message, std::string remedy = {});

    /// The same error, one step further out: `context` is put before the message.
    [[nodiscard]] Error with_context(std::string_view context) const;

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    /// What a person can do about it; may be empty.
    [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  private:
    ErrorKind kind_;
    std::string message_;
    std::string remedy_;
};

/// Throws Error{kind::failed} with "`what`: <text of errno_value>"; EACCES, ENOENT and ENOSPC keep
/// their meaning in the text. `errno_value` is a positive errno.
[[noreturn]] void throw_errno(std::string_view what, int errno_value);

/// Runs `step`; an Error that leaves it carries `context` in front.
template <typename Step>
auto with_context(std::string_view context, Step&& step) {
    try {
        return step();
    } catch (const Error& error) {
        throw error.with_context(context);
    }
}

}  // namespace wpns
