#include "host/linux/fastcgi.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace wpns::host::linux_os {
namespace {

enum class Type : std::uint8_t { begin = 1, end = 3, parameters = 4, input = 5, output = 6 };

constexpr std::size_t kHeader = 8;
constexpr std::size_t kLongest = 0xffff;  ///< content of one record

char low_byte(std::size_t number) {
    return static_cast<char>(number & 0xff);
}

std::size_t number_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Version 1, request 1, no padding.
std::string record(Type type, std::string_view content) {
    std::string text = {1,
                        static_cast<char>(type),
                        0,
                        1,
                        low_byte(content.size() >> 8),
                        low_byte(content.size()),
                        0,
                        0};
    return text.append(content);
}

/// Content of any length; an empty record ends it.
std::string stream(Type type, std::string_view content) {
    std::string records;
    for (; !content.empty(); content.remove_prefix(std::min(content.size(), kLongest)))
        records += record(type, content.substr(0, kLongest));
    return records + record(type, {});
}

/// A length in four bytes, the highest bit set.
std::string length_of(std::string_view text) {
    return {static_cast<char>(0x80 | (text.size() >> 24)), low_byte(text.size() >> 16),
            low_byte(text.size() >> 8), low_byte(text.size())};
}

std::string parameters(
    std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    std::string text;
    for (const auto& [name, value] : values)
        text.append(length_of(name)).append(length_of(value)).append(name).append(value);
    return text;
}

}  // namespace

std::string fastcgi_request(std::string_view script, std::string_view body) {
    constexpr char responder[] = {0, 1, 0, 0, 0, 0, 0, 0};  // FPM closes when it has answered
    return record(Type::begin, {responder, sizeof responder}) +
           stream(Type::parameters, parameters({{"SCRIPT_FILENAME", script},
                                                {"REQUEST_METHOD", "POST"},
                                                {"CONTENT_TYPE", "application/json"},
                                                {"CONTENT_LENGTH", std::to_string(body.size())}})) +
           stream(Type::input, body);
}

std::string fastcgi_body(std::string_view records) {
    std::string output;
    while (records.size() >= kHeader) {
        const auto type = static_cast<Type>(number_at(records, 1));
        const std::size_t length = number_at(records, 4) << 8 | number_at(records, 5);
        const std::size_t whole = kHeader + length + number_at(records, 6);
        if (records.size() < whole) break;
        if (type == Type::output) output += records.substr(kHeader, length);
        if (type == Type::end) {
            const auto end_of_headers = output.find("\r\n\r\n");
            return end_of_headers == std::string::npos ? "" : output.substr(end_of_headers + 4);
        }
        records.remove_prefix(whole);
    }
    return {};
}

}  // namespace wpns::host::linux_os
