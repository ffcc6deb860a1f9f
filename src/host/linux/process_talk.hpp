#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Our ends of the pipes of a running program, with what goes through them.
class Conversation {
  public:
    /// Input, output and limits are those of `command`, which outlives this. What does not fit into
    /// a limit is read and dropped.
    Conversation(UniqueFd input, UniqueFd output, UniqueFd errors, const Process::Command& command);

    /// Waits for one of the pipes or for `pidfd` at most until `deadline` and moves what can be
    /// moved. True when `pidfd` says that the program has ended.
    [[nodiscard]] bool step(int pidfd, std::chrono::steady_clock::time_point deadline);

    /// Takes what is still in the output pipes without waiting.
    void drain();

    [[nodiscard]] std::string& out() { return out_.text; }
    [[nodiscard]] std::string& err() { return err_.text; }

  private:
    struct Output {
        UniqueFd fd;
        std::string text;
    };
    void give();
    /// False when there is nothing more to give.
    bool next_piece();
    void take(Output& output) const;

    UniqueFd input_;
    const Process::Command& command_;
    std::string_view to_give_;
    Output out_;
    Output err_;
};

}  // namespace wpns::host::linux_os
