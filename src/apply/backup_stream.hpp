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

/// The end of what a program said on standard error, printable and in one line.
[[nodiscard]] std::string said(const host::Process::Result& result);

}  // namespace wpns::apply
