#pragma once

#include <string>
#include <string_view>

#include "host/host.hpp"

/// Programs in sandboxes whose output or input is a part of a backup.
namespace wpns::apply {

/// No part of a backup is larger, before compression.
inline constexpr std::uint64_t largest_part = 1ULL << 40;
/// No step of a backup or of a restore takes longer.
inline constexpr std::chrono::seconds longest_step{6 * 3600};

/// Tells a complete dump by its last line.
class DumpEnd {
  public:
    void add(std::string_view bytes);
    [[nodiscard]] bool found() const;

  private:
    std::string tail_;
};

/// Counts the tables that a dump makes, by the beginnings of its lines: no value of a row holds a
/// line break. Triggers, events and procedures are text of the site's; of those, only what a
/// trigger says in a comment could be taken for a table.
class DumpTables {
  public:
    void add(std::string_view bytes);
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    void end_line();

    std::string start_;  ///< of the line that is being read
    bool past_ = false;  ///< the tables are through
    std::uint64_t count_ = 0;
};

/// The end of what a program said on standard error, printable and in one line.
[[nodiscard]] std::string said(const host::Process::Result& result);

}  // namespace wpns::apply
