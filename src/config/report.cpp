#include "config/report.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/limits.hpp"

namespace wpns::config {
namespace {

constexpr std::size_t shown_before = 60;
constexpr std::size_t shown_after = 40;

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Where in `line` the character `column` (from 1) begins; the end of the line when it is shorter.
std::size_t byte_of(std::string_view line, unsigned column) {
    std::size_t at = 0;
    for (unsigned character = 1; character < column && at < line.size(); ++character) {
        ++at;
        while (at < line.size() && continues_character(line[at])) ++at;
    }
    return at;
}

}  // namespace

std::string quote(std::string_view text) {
    constexpr std::size_t longest = 60;
    const std::string shown = printable(text.substr(0, longest));
    return "\"" + shown + (text.size() > longest ? "...\"" : "\"");
}

Excerpt excerpt(std::string_view line, unsigned column) {
    const std::size_t at = byte_of(line, column);
    const std::size_t from = at > shown_before ? at - shown_before : 0;
    const std::string before = printable(line.substr(from, at - from));
    const std::string after = printable(line.substr(at, shown_after));
    const std::string front = from > 0 ? "..." : "";
    const std::string back = line.size() - at > shown_after ? "..." : "";
    return {front + before + after + back, static_cast<unsigned>(front.size() + before.size() + 1)};
}

// Nobody looks at lines behind the longest file that is read.
Report::Report(const Source& source)
    : source_(&source), lines_(split(std::string_view(source.text).substr(0, most_bytes), '\n')) {}

std::string_view Report::line(unsigned number) const {
    if (number == 0 || number > lines_.size()) return {};
    std::string_view text = lines_[number - 1];
    if (number == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

void Report::add(Place place, Refusal refusal) {
    if (full()) return;
    if (problems_.size() == most_problems) {
        place = {};
        refusal = {"there are more problems than the " + std::to_string(most_problems) + " below",
                   {}};
    }
    problems_.push_back(problem_at(place, std::move(refusal)));
}

void Report::warn(Place place, Refusal refusal) {
    if (warnings_.size() < most_problems)
        warnings_.push_back(problem_at(place, std::move(refusal)));
}

Problem Report::problem_at(Place place, Refusal refusal) const {
    Excerpt shown = excerpt(line(place.line), place.column);
    if (shown.text.empty()) shown.caret = 0;
    return {source_->file,
            place.line,
            place.column,
            std::move(shown.text),
            std::move(refusal.reason),
            std::move(refusal.remedy),
            shown.caret};
}

std::string_view Report::raw(Place place, unsigned end_column) const {
    const std::string_view text = line(place.line);
    const std::size_t from = byte_of(text, place.column);
    return text.substr(from, std::max(byte_of(text, end_column), from) - from);
}

std::string describe(const Problem& problem) {
    std::string text = printable(problem.file);
    if (problem.line != 0)
        text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    text += ": " + problem.reason + "\n";
    if (!problem.source_line.empty()) {
        text += "    " + problem.source_line + "\n";
        const std::size_t indent = std::max(problem.caret, 1U) - 1;
        text += "    " + std::string(indent, ' ') + "^\n";
    }
    if (!problem.remedy.empty()) text += "    " + problem.remedy + "\n";
    return text;
}

}  // namespace wpns::config
