#include "config/scan.hpp"

#include <algorithm>

#include "config/characters.hpp"
#include "config/limits.hpp"

namespace wpns::config {
namespace {

/// Knows strings, comments and brackets, and nothing else of TOML. Where the text is no TOML the
/// parser stops before our counting can be wrong.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::optional<Offence> run() {
        for (; at_ < text_.size(); ++at_) {
            if (const auto reason = strange(text_[at_]); !reason.empty())
                return Offence{at_, std::string(reason)};
            step();
            if (bad_escape_)
                return Offence{*bad_escape_,
                               "not valid TOML: a letter outside of ASCII after a backslash"};
            if (nested_ > most_nested || dots_ > most_nested)
                return Offence{at_,
                               "the file is nested deeper than " + std::to_string(most_nested)};
            if (keys_ > most_keys)
                return Offence{at_, "the file has more than " + std::to_string(most_keys) +
                                        " keys and values"};
        }
        return {};
    }

  private:
    /// What would let us and the parser see strings in different places.
    [[nodiscard]] std::string_view strange(char c) const {
        if (is_outside_ascii(c)) return "not valid TOML: a letter outside of ASCII needs quotes";
        const bool quote = c == '"' || c == '\'';
        if (quote && !follows_one_of("\n=,.[{"))
            return "not valid TOML: a quote in the middle of something else";
        if (c == '=' && equals_ > 0 && before() != '=')
            return "not valid TOML: a second = after a key";
        const bool opening = c == '[' || c == '{';
        // A bare carriage return is the parser's to refuse.
        const bool after_return = at_ > 0 && text_[at_ - 1] == '\r';
        if (opening && !after_return && !follows_one_of("\n=,[{"))
            return "not valid TOML: a bracket in the middle of something else";
        return {};
    }

    [[nodiscard]] static bool is_outside_ascii(char c) {
        return (static_cast<unsigned char>(c) & 0x80U) != 0;
    }

    [[nodiscard]] bool follows_one_of(std::string_view characters) const {
        return characters.find(before()) != std::string_view::npos;
    }

    void step() {
        switch (text_[at_]) {
            case '#':
                return skip_comment();
            case '"':
            case '\'':
                return skip_string(text_[at_]);
            case '[':
            case '{':
                equals_ = 0;
                ++nested_;
                return count(0);
            case ']':
            case '}':
                nested_ -= nested_ > 0 ? 1 : 0;
                return;
            case '.':
                return count(dots_ + 1);
            case '=':
                ++equals_;
                return count(0);
            case ',':
                equals_ = 0;
                return count(0);
            case '\n':
                equals_ = 0;
                dots_ = 0;
                return;
            default:
                return;
        }
    }

    /// Each of these makes at most one node of the tree; dots in a row nest.
    void count(unsigned dots) {
        dots_ = dots;
        ++keys_;
    }

    /// The last character before this one that is no blank; a line break at the beginning.
    [[nodiscard]] char before() const {
        const std::size_t found = at_ == 0 ? text_.npos : text_.find_last_not_of(" \t\r", at_ - 1);
        return found == text_.npos ? '\n' : text_[found];
    }

    /// toml++ 3.4 takes a letter outside of ASCII for impossible here, and behind a line's last
    /// backslash with the blanks of the next line.
    void skip_escape() {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", ++at_);
        if (next != text_.npos && is_outside_ascii(text_[next]) && !bad_escape_) bad_escape_ = next;
    }

    void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()) - 1; }

    /// Leaves at_ on the last byte of the string.
    void skip_string(char mark) {
        const std::string triple(3, mark);
        if (text_.substr(at_).starts_with(triple)) return skip_long_string(mark, triple);
        for (++at_; at_ < text_.size() && text_[at_] != mark && text_[at_] != '\n'; ++at_)
            if (mark == '"' && text_[at_] == '\\') skip_escape();
        // One that ends with its line is the parser's to refuse.
        if (at_ < text_.size() && text_[at_] == '\n') equals_ = 0;
    }

    void skip_long_string(char mark, const std::string& triple) {
        for (at_ += 3; at_ < text_.size() && !text_.substr(at_).starts_with(triple); ++at_)
            if (mark == '"' && text_[at_] == '\\') skip_escape();
        at_ += 2;
        // One or two marks before the closing three belong to the string.
        while (at_ + 1 < text_.size() && text_[at_ + 1] == mark) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned nested_ = 0;
    unsigned dots_ = 0;
    unsigned equals_ = 0;
    unsigned keys_ = 0;
    std::optional<std::size_t> bad_escape_;
};

}  // namespace

std::optional<Offence> scan(std::string_view text) {
    return Scanner(text).run();
}

}  // namespace wpns::config
