#include "config/limits.hpp"

#include <algorithm>
#include <utility>

#include "config/scan.hpp"
#include "config/utf8.hpp"

namespace wpns::config {
namespace {

/// Line and column of a byte; everything before it is valid UTF-8.
Place place_of(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const auto line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    const auto starts_character = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    };
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const auto columns = std::ranges::count_if(before.substr(line_start), starts_character);
    return {static_cast<unsigned>(lines + 1), static_cast<unsigned>(columns + 1)};
}

std::optional<LimitFault> check_encoding(std::string_view text) {
    const bool utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
    if (utf16) return LimitFault{{1, 1}, {"the file is in UTF-16", "save it as UTF-8"}};
    const std::size_t zero = text.find('\0');
    const std::size_t bad = find_bad_utf8(text);
    if (zero < bad) return LimitFault{place_of(text, zero), {"the file holds a NUL byte", {}}};
    if (bad == text.npos) return {};
    return LimitFault{place_of(text, bad), {"the bytes are no UTF-8", "save the file as UTF-8"}};
}

}  // namespace

std::optional<LimitFault> check_limits(std::string_view text) {
    if (text.size() > most_bytes) return LimitFault{{0, 0}, {"the file is longer than 1 MiB", {}}};
    if (auto fault = check_encoding(text)) return fault;
    if (auto offence = scan(text))
        return LimitFault{place_of(text, std::min(offence->at, text.size())),
                          {std::move(offence->reason), {}}};
    return {};
}

}  // namespace wpns::config
