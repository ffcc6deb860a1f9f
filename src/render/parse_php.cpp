#include <utility>

#include "render/parse.hpp"

namespace wpns::render {
namespace {

/// Splits PHP into code and single-quoted strings, so that nothing but the contents of a string can
/// differ.
class PhpReader {
  public:
    explicit PhpReader(std::string_view text) : rest_(text) {}

    Parsed run() {
        while (!rest_.empty() && error_.empty()) step();
        if (!error_.empty())
            return std::unexpected("line " + std::to_string(line_) + ": " + error_);
        settings_.push_back({"", code_, ""});
        return std::move(settings_);
    }

  private:
    void step() {
        if (rest_.starts_with("/*")) return until("*/", "a comment");
        if (rest_.starts_with("//") || rest_.front() == '#') return until("\n", "");
        if (rest_.front() == '"') return double_quoted();
        if (rest_.front() == '\'') return single_quoted();
        code_ += take();
    }

    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '\n') ++line_;
        return c;
    }

    /// Takes a comment; `what` is empty where the end of the text ends it too.
    void until(std::string_view end, std::string_view what) {
        while (!rest_.empty() && !rest_.starts_with(end)) take();
        if (rest_.empty() && !what.empty()) {
            error_ = std::string(what) + " has no end";
            return;
        }
        for (std::size_t i = 0; i < end.size() && !rest_.empty(); ++i) take();
    }

    std::string quoted_content(char quote) {
        std::string content;
        take();
        while (!rest_.empty() && rest_.front() != quote) {
            if (rest_.front() == '\\' && rest_.size() > 1) content += take();
            content += take();
        }
        if (rest_.empty())
            error_ = "a string has no end";
        else
            take();
        return content;
    }

    void double_quoted() { code_ += '"' + quoted_content('"') + '"'; }

    void single_quoted() {
        const std::string value = quoted_content('\'');
        settings_.push_back({"", std::exchange(code_, {}), value});
    }

    std::string_view rest_;
    unsigned line_ = 1;
    std::string code_;
    std::vector<Setting> settings_;
    std::string error_;
};

}  // namespace

Parsed parse_php(std::string_view text) {
    return PhpReader(text).run();
}

}  // namespace wpns::render
