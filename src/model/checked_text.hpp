#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace wpns {

/// A small file that only we write, as flat TOML: a first line with the SHA-256 of all that
/// follows, a line that says what it is, then one line a value. For what stands beside data and
/// must not be taken for whole when it is not.
class CheckedText {
  public:
    /// `kind` says what the text is and in which version: "archive 1".
    explicit CheckedText(std::string_view kind);

    /// Adds `key = "value"`. Throws Error{bug} for a value that would need an escape (control
    /// bytes, quotes, backslashes, bytes above 0x7e) or is longer than 4096 characters.
    CheckedText& text(std::string_view key, std::string_view value);
    CheckedText& number(std::string_view key, std::uint64_t value);

    [[nodiscard]] std::string str() const;

  private:
    std::string body_;
};

/// A text of CheckedText, read back. A getter that does not find what it wants keeps the first
/// fault and returns an empty value; `end` tells.
class CheckedReader {
  public:
    /// The values, or why the text is none of that kind: damaged, cut, over 64 KiB, of another kind
    /// or version, with a line that we would not write.
    [[nodiscard]] static std::expected<CheckedReader, std::string> parse(std::string_view kind,
                                                                         std::string_view text);

    [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }
    [[nodiscard]] std::string text(const std::string& key);
    [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t most);
    /// The 64 hex digits of a SHA-256 or of a seed.
    [[nodiscard]] std::string hex64(const std::string& key);
    void fault(const std::string& reason);
    /// The first fault, or that a key is left that nobody asked for; empty when all is well.
    [[nodiscard]] std::string end() const;

  private:
    CheckedReader() = default;
    std::string add_line(std::string_view line);
    struct Value {
        std::string text;
        bool quoted = false;
        bool taken = false;
    };
    Value* take(const std::string& key, bool quoted);

    std::map<std::string, Value> values_;
    std::string fault_;
};

}  // namespace wpns
