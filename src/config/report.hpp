#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/refusal.hpp"

namespace wpns::config {

/// A place in a file, in lines and characters from 1. {0, 0} means the whole file.
struct Place {
    unsigned line = 0;
    unsigned column = 0;
};

/// A part of a line made fit for a terminal, and the place of the caret below it.
struct Excerpt {
    std::string text;
    unsigned caret = 0;
};

/// At most about 100 characters of `line` around the character `column`.
[[nodiscard]] Excerpt excerpt(std::string_view line, unsigned column);

/// A file with more problems is not a configuration; nobody would read them.
inline constexpr std::size_t most_problems = 100;

/// Collects the problems of one file, each with its line. The source has to live as long as the
/// report.
class Report {
  public:
    explicit Report(const Source& source);

    /// When the report is full, only that is kept.
    void add(Place place, Refusal refusal);
    /// Something that has no effect, but is no mistake by itself.
    void warn(Place place, Refusal refusal);
    [[nodiscard]] bool full() const noexcept { return problems_.size() > most_problems; }
    /// The bytes of one line from `column` up to `end_column`; empty where there are none.
    [[nodiscard]] std::string_view raw(Place place, unsigned end_column) const;
    [[nodiscard]] const std::string& file() const noexcept { return source_->file; }
    [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
    /// At most as many as problems.
    [[nodiscard]] const std::vector<Problem>& warnings() const noexcept { return warnings_; }

  private:
    [[nodiscard]] std::string_view line(unsigned number) const;
    [[nodiscard]] Problem problem_at(Place place, Refusal refusal) const;

    const Source* source_;
    std::vector<std::string_view> lines_;
    std::vector<Problem> problems_;
    std::vector<Problem> warnings_;
};

}  // namespace wpns::config
