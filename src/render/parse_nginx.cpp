#include <utility>

#include "base/text.hpp"
#include "render/parse.hpp"

namespace wpns::render {
namespace {

/// Reads nginx's grammar: words, quoted words, ';' ends a directive, '{' and '}' hold a block, '#'
/// starts a comment.
class NginxReader {
  public:
    explicit NginxReader(std::string_view text) : rest_(text) {}

    Parsed run() {
        while (error_.empty() && !rest_.empty()) step();
        if (error_.empty() && !words_.empty()) fail("the last directive has no end");
        if (error_.empty() && !blocks_.empty()) fail("block " + blocks_.back() + " has no end");
        if (!error_.empty())
            return std::unexpected("line " + std::to_string(line_) + ": " + error_);
        return std::move(settings_);
    }

  private:
    void step() {
        const char c = take();
        switch (c) {
            case ' ':
            case '\t':
            case '\r':
            case '\n':
                end_word();
                break;
            case '#':
                word_.empty() ? skip_comment() : add(c);
                break;
            case ';':
                end_directive();
                break;
            case '{':
                open_block();
                break;
            case '}':
                close_block();
                break;
            case '\'':
            case '"':
                word_.empty() ? quoted(c) : add(c);
                break;
            default:
                add(c);
        }
    }

    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '\n') ++line_;
        return c;
    }

    void add(char c) {
        word_ += c;
        if (c == '\\' && !rest_.empty()) word_ += take();
    }

    void skip_comment() {
        while (!rest_.empty() && rest_.front() != '\n') rest_.remove_prefix(1);
    }

    void quoted(char quote) {
        while (!rest_.empty() && rest_.front() != quote) add(take());
        if (rest_.empty()) return fail("a quote has no end");
        take();
        words_.push_back(std::exchange(word_, {}));
    }

    void end_word() {
        if (!word_.empty()) words_.push_back(std::exchange(word_, {}));
    }

    void end_directive() {
        end_word();
        if (words_.empty()) return fail("';' without a directive");
        record(path());
        words_.clear();
    }

    void open_block() {
        end_word();
        if (words_.empty()) return fail("'{' without a directive");
        record(path());
        blocks_.push_back(words_.front());
        words_.clear();
    }

    void close_block() {
        end_word();
        if (!words_.empty()) return fail("directive " + printable(words_.front()) + " has no ';'");
        if (blocks_.empty()) return fail("'}' without a block");
        blocks_.pop_back();
        settings_.push_back({path(), "}", ""});
    }

    void record(const std::string& section) {
        const std::vector<std::string> arguments(words_.begin() + 1, words_.end());
        // The number of arguments is structure: a blank in a value would add one.
        settings_.push_back({section, words_.front() + "/" + std::to_string(arguments.size()),
                             join(arguments, " ")});
    }

    [[nodiscard]] std::string path() const { return join(blocks_, "/"); }

    void fail(std::string reason) {
        if (error_.empty()) error_ = std::move(reason);
    }

    std::string_view rest_;
    unsigned line_ = 1;
    std::string word_;
    std::vector<std::string> words_;
    std::vector<std::string> blocks_;
    std::vector<Setting> settings_;
    std::string error_;
};

}  // namespace

Parsed parse_nginx(std::string_view text) {
    return NginxReader(text).run();
}

}  // namespace wpns::render
