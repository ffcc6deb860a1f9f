#include "apply/snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace wpns::apply {
namespace {

using nlohmann::json;

constexpr std::string_view ours = "wpns";
constexpr std::string_view host_tag = "wpns-host=";
constexpr std::string_view site_tag = "wpns-site=";
constexpr std::string_view time_tag = "wpns-time=";
constexpr std::string_view size_tag = "wpns-size=";
constexpr std::string_view scheduled_tag = "wpns-scheduled";

std::string text_at(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

/// What follows the tag of that kind; empty where there is none.
std::string value_of(const std::vector<std::string>& tags, std::string_view kind) {
    for (const auto& tag : tags)
        if (tag.starts_with(kind)) return tag.substr(kind.size());
    return {};
}

std::vector<std::string> tags_in(const json& object) {
    std::vector<std::string> tags;
    const auto it = object.find("tags");
    if (it == object.end() || !it->is_array()) return tags;
    for (const auto& tag : *it)
        if (tag.is_string()) tags.push_back(tag.get<std::string>());
    return tags;
}

std::uint64_t number_in(const std::string& text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Nothing where it is no backup of ours.
std::optional<Snapshot> snapshot_in(const json& object) {
    if (!object.is_object()) return std::nullopt;
    const auto tags = tags_in(object);
    const auto has = [&](std::string_view tag) {
        return std::ranges::find(tags, tag) != tags.end();
    };
    const auto site = SiteName::parse(value_of(tags, site_tag));
    const auto stamp = value_of(tags, time_tag);
    Snapshot snapshot{text_at(object, "id"),
                      {site ? *site : *SiteName::parse("none"), stamp},
                      value_of(tags, host_tag),
                      has(scheduled_tag),
                      number_in(value_of(tags, size_tag))};
    constexpr std::size_t whole = 64;
    if (!has(ours) || !site || !is_stamp(stamp) || snapshot.lineage.empty() ||
        snapshot.id.size() != whole || !is_snapshot_id(snapshot.id))
        return std::nullopt;
    return snapshot;
}

}  // namespace

std::string tags_of(const std::string& lineage, const std::optional<SiteName>& site) {
    std::string tags = std::string(ours) + "," + std::string(host_tag) + lineage;
    if (site) tags += "," + std::string(site_tag) + site->str();
    return tags;
}

std::string tags_of(const std::string& lineage, const Manifest& manifest) {
    return tags_of(lineage, manifest.site) + "," + std::string(time_tag) + manifest.created + "," +
           std::string(size_tag) + std::to_string(manifest.files.size + manifest.database.size) +
           (manifest.scheduled ? "," + std::string(scheduled_tag) : "");
}

std::expected<std::vector<Snapshot>, std::string> parse_snapshots(std::string_view text) {
    const auto list = json::parse(text, nullptr, false);
    std::vector<Snapshot> snapshots;
    if (list.is_null()) return snapshots;  // what an older restic calls an empty list
    if (!list.is_array()) return std::unexpected("restic did not print a list of snapshots");
    for (const auto& entry : list)
        if (auto snapshot = snapshot_in(entry)) snapshots.push_back(std::move(*snapshot));
    return snapshots;
}

std::expected<SnapshotContent, std::string> parse_content(std::string_view text) {
    std::optional<SnapshotContent> content;
    for (const auto line : split(text, '\n')) {
        if (trim(line).empty()) continue;
        const auto entry = json::parse(line, nullptr, false);
        if (!entry.is_object()) return std::unexpected("restic did not print a list of files");
        if (text_at(entry, "struct_type") == "snapshot") {
            const auto snapshot = snapshot_in(entry);
            if (!snapshot || content) return std::unexpected("that snapshot is no backup of wpns");
            content = SnapshotContent{*snapshot, {}};
        } else if (content && text_at(entry, "type") == "file") {
            const auto size = entry.find("size");
            content->files[text_at(entry, "path")] =
                size != entry.end() && size->is_number_unsigned() ? size->get<std::uint64_t>() : 0;
        }
    }
    if (!content) return std::unexpected("there is no such snapshot");
    return std::move(*content);
}

bool is_snapshot_id(std::string_view text) {
    constexpr std::size_t shortest = 8;
    constexpr std::size_t longest = 64;
    return text.size() >= shortest && text.size() <= longest &&
           std::ranges::all_of(
               text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace wpns::apply
