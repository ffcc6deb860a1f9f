#include "model/archive.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "model/checked_text.hpp"

namespace wpns {
namespace {

constexpr std::string_view kind_of_text = "archive 1";
constexpr std::string_view pattern = "00000000T000000Z";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// uid_t without root and without (uid_t)-1.
std::uint32_t read_id(CheckedReader& in, const std::string& key) {
    const auto id =
        static_cast<std::uint32_t>(in.number(key, std::numeric_limits<std::uint32_t>::max() - 1));
    if (id == 0) in.fault(key + " is root's");
    return id;
}

Cidr read_subnet(CheckedReader& in) {
    const auto subnet = Cidr::parse(in.text("subnet"));
    if (subnet && subnet->prefix() == 30) return *subnet;
    in.fault("subnet is no /30");
    return Cidr::of(Ipv4{}, 30);
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
    return CheckedText(kind_of_text)
        .text("reason", to_string(record.kind))
        .text("site", record.site.str())
        .text("created", record.created)
        .text("domain", record.domain)
        .text("subnet", record.allocation.subnet.str())
        .number("uid", record.allocation.uid)
        .number("db_uid", record.allocation.db_uid)
        .text("seed", record.allocation.seed)
        .str();
}

std::expected<ArchiveRecord, std::string> parse_archive_record(std::string_view text) {
    auto in = CheckedReader::parse(kind_of_text, text);
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
    record.allocation.subnet = read_subnet(*in);
    record.allocation.uid = read_id(*in, "uid");
    record.allocation.db_uid = read_id(*in, "db_uid");
    record.allocation.seed = in->hex64("seed");
    if (auto fault = in->end(); !fault.empty()) return std::unexpected(std::move(fault));
    return record;
}

}  // namespace wpns
