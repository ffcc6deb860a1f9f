#include "model/archive.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "model/given.hpp"

namespace wpns {
namespace {

constexpr std::string_view archive_kind = "archive 1";
constexpr std::string_view pattern = "00000000T000000Z";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_stamp(std::string_view text) {
    if (text.size() < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
    const auto number = text.substr(pattern.size());
    if (number.empty()) return true;
    return number.size() >= 2 && number.size() <= 6 && number.front() == '-' && number[1] != '0' &&
           std::ranges::all_of(number.substr(1), is_digit);
}

bool is_older(std::string_view one, std::string_view other) {
    const auto parts = [](std::string_view stamp) {
        const auto second = stamp.substr(0, pattern.size());
        return std::tuple(second, stamp.size(), stamp);
    };
    return parts(one) < parts(other);
}

std::expected<ArchiveName, std::string> ArchiveName::parse(std::string_view text) {
    constexpr std::size_t day = 9;  // the dash and the date before the T
    const auto time = text.find('T');
    if (time == text.npos || time <= day || text[time - day] != '-' ||
        !is_stamp(text.substr(time - day + 1)))
        return std::unexpected("it does not end in a time like -20261122T055500Z");
    auto site = SiteName::parse(text.substr(0, time - day));
    if (!site) return std::unexpected(site.error());
    return ArchiveName{*site, std::string(text.substr(time - day + 1))};
}

std::string_view to_string(ArchiveKind kind) {
    return kind == ArchiveKind::removed ? "removed" : "replaced";
}

std::string to_text(const ArchiveRecord& record) {
    CheckedText out(archive_kind);
    out.text("reason", to_string(record.kind))
        .text("site", record.site.str())
        .text("created", record.created)
        .text("domain", record.domain);
    put_allocation(out, record.allocation);
    return out.str();
}

std::expected<ArchiveRecord, std::string> parse_archive_record(std::string_view text) {
    auto in = CheckedReader::parse(archive_kind, text);
    if (!in) return std::unexpected(in.error());
    const auto site = SiteName::parse(in->text("site"));
    if (!site) return std::unexpected("site is missing or no name");
    ArchiveRecord record{.kind = {}, .site = *site, .created = {}, .domain = {}, .allocation = {}};
    const auto kind = in->text("reason");
    if (kind != "removed" && kind != "replaced") in->fault("reason makes no sense");
    record.kind = kind == "replaced" ? ArchiveKind::replaced : ArchiveKind::removed;
    record.created = in->text("created");
    if (!is_stamp(record.created)) in->fault("created is no time");
    record.domain = in->text("domain");
    record.allocation = read_allocation(*in);
    if (auto fault = in->end(); !fault.empty()) return std::unexpected(std::move(fault));
    return record;
}

}  // namespace wpns
