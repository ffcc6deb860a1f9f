#include "model/checked_text.hpp"

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns {
namespace {

constexpr std::string_view head = "checksum = \"";
constexpr std::size_t head_line = head.size() + 64 + 2;  // digits, quote, newline
constexpr std::size_t longest_value = 4096;
constexpr std::size_t longest_text = 64U << 10;

bool plain(std::string_view value) {
    return value.size() <= longest_value && std::ranges::all_of(value, [](char c) {
               return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
           });
}

bool is_key(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

bool is_hex64(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string kind_line(std::string_view kind) {
    return "kind = \"wpns " + std::string(kind) + "\"\n";
}

}  // namespace

CheckedText::CheckedText(std::string_view kind) : body_(kind_line(kind)) {}

CheckedText& CheckedText::text(std::string_view key, std::string_view value) {
    if (!is_key(key) || !plain(value))
        throw Error(ErrorKind::bug, "no value for " + std::string(key) + ": " + printable(value));
    body_.append(key).append(" = \"").append(value).append("\"\n");
    return *this;
}

CheckedText& CheckedText::number(std::string_view key, std::uint64_t value) {
    body_.append(key).append(" = ").append(std::to_string(value)).append("\n");
    return *this;
}

std::string CheckedText::str() const {
    return std::string(head) + sha256_hex(body_) + "\"\n" + body_;
}

std::expected<CheckedReader, std::string> CheckedReader::parse(std::string_view kind,
                                                               std::string_view text) {
    if (text.empty()) return std::unexpected("it is empty");
    if (text.size() > longest_text) return std::unexpected("it is longer than 64 KiB");
    if (!text.starts_with(head) || text.size() <= head_line ||
        text.substr(head_line - 2, 2) != "\"\n")
        return std::unexpected("its first line holds no checksum");
    std::string_view body = text.substr(head_line);
    if (text.substr(head.size(), 64) != sha256_hex(body))
        return std::unexpected("the checksum is wrong: it was cut or changed");
    if (const auto line = kind_line(kind); body.starts_with(line))
        body.remove_prefix(line.size());
    else
        return std::unexpected("it is no " + std::string(kind) +
                               ": made by another version of wpns, or something else");
    CheckedReader reader;
    while (!body.empty()) {
        const auto end = body.find('\n');
        if (end == body.npos) return std::unexpected("its last line does not end");
        if (auto reason = reader.add_line(body.substr(0, end)); !reason.empty())
            return std::unexpected(std::move(reason));
        body.remove_prefix(end + 1);
    }
    return reader;
}

std::string CheckedReader::add_line(std::string_view line) {
    constexpr std::string_view equals = " = ";
    const auto middle = line.find(equals);
    const auto key = line.substr(0, middle);
    if (middle == line.npos || !is_key(key)) return "no value: " + printable(line.substr(0, 80));
    auto value = line.substr(middle + equals.size());
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (quoted) value = value.substr(1, value.size() - 2);
    if (value.empty() && !quoted) return "no value: " + std::string(key);
    if (!plain(value)) return "no value: " + std::string(key);
    if (!values_.try_emplace(std::string(key), Value{std::string(value), quoted, false}).second)
        return std::string(key) + " is there twice";
    return {};
}

CheckedReader::Value* CheckedReader::take(const std::string& key, bool quoted) {
    const auto it = values_.find(key);
    if (it == values_.end() || it->second.quoted != quoted) {
        fault(key + (quoted ? " is missing or no text" : " is missing or no number"));
        return nullptr;
    }
    it->second.taken = true;
    return &it->second;
}

std::string CheckedReader::text(const std::string& key) {
    const auto* value = take(key, true);
    return value == nullptr ? std::string() : value->text;
}

std::uint64_t CheckedReader::number(const std::string& key, std::uint64_t most) {
    const auto* value = take(key, false);
    if (value == nullptr) return 0;
    std::uint64_t result = 0;
    const char* end = value->text.data() + value->text.size();
    const auto parsed = std::from_chars(value->text.data(), end, result);
    if (parsed.ec != std::errc() || parsed.ptr != end || result > most) {
        fault(key + " is no number or too large");
        return 0;
    }
    return result;
}

std::string CheckedReader::hex64(const std::string& key) {
    auto value = text(key);
    if (!is_hex64(value)) fault(key + " is not 64 hex digits");
    return value;
}

void CheckedReader::fault(const std::string& reason) {
    if (fault_.empty()) fault_ = reason;
}

std::string CheckedReader::end() const {
    if (!fault_.empty()) return fault_;
    for (const auto& [key, value] : values_)
        if (!value.taken) return "unknown key " + key;
    return {};
}

}  // namespace wpns
