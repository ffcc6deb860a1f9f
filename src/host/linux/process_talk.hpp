#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/fd.hpp"

namespace wpns::host::linux_os {

/// Our ends of the pipes of a running program, with what goes through them.
class Conversation {
  public:
    /// `limit` bytes of each output are kept; what comes after is read and dropped.
    Conversation(UniqueFd input, UniqueFd output, UniqueFd errors, std::string text,
                 std::size_t limit);

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
    void take(Output& output) const;

    UniqueFd input_;
    std::string to_give_;
    std::size_t given_ = 0;
    Output out_;
    Output err_;
    std::size_t limit_;
};

}  // namespace wpns::host::linux_os
