#include "model/manifest.hpp"

#include <limits>

#include "model/archive.hpp"
#include "model/checked_text.hpp"

namespace wpns {
namespace {

constexpr std::string_view manifest_kind = "backup 1";
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

void put(CheckedText& out, const std::string& name, const BackupPart& part) {
    out.number(name + "_size", part.size)
        .number(name + "_packed", part.packed)
        .text(name + "_sha256", part.sha256);
}

BackupPart read_part(CheckedReader& in, const std::string& name) {
    return {in.number(name + "_size", largest), in.number(name + "_packed", largest),
            in.hex64(name + "_sha256")};
}

}  // namespace

std::string to_text(const Manifest& manifest) {
    CheckedText out(manifest_kind);
    out.text("site", manifest.site.str())
        .text("created", manifest.created)
        .text("domain", manifest.domain)
        .text("core", manifest.core == CoreMode::managed ? "managed" : "private")
        .text("wordpress", manifest.wordpress)
        .text("php", manifest.php)
        .number("scheduled", manifest.scheduled ? 1 : 0)
        .number("changed", manifest.changed ? 1 : 0);
    if (manifest.plain) out.number("plain", 1);
    put(out, "database", manifest.database);
    put(out, "files", manifest.files);
    return out.text("settings_sha256", manifest.settings_sha256).str();
}

std::expected<Manifest, std::string> parse_manifest(std::string_view text) {
    auto in = CheckedReader::parse(manifest_kind, text);
    if (!in) return std::unexpected(in.error());
    const auto site = SiteName::parse(in->text("site"));
    if (!site) return std::unexpected("site is missing or no name");
    Manifest manifest{.site = *site,
                      .created = in->text("created"),
                      .domain = in->text("domain"),
                      .core = {},
                      .wordpress = in->text("wordpress"),
                      .php = in->text("php"),
                      .scheduled = in->number("scheduled", 1) == 1,
                      .plain = in->has("plain") && in->number("plain", 1) == 1,
                      .changed = in->number("changed", 1) == 1,
                      .database = read_part(*in, "database"),
                      .files = read_part(*in, "files"),
                      .settings_sha256 = in->hex64("settings_sha256")};
    if (!is_stamp(manifest.created)) in->fault("created is no time");
    const auto core = in->text("core");
    if (core != "managed" && core != "private") in->fault("core makes no sense");
    manifest.core = core == "private" ? CoreMode::own_copy : CoreMode::managed;
    if (auto fault = in->end(); !fault.empty()) return std::unexpected(std::move(fault));
    return manifest;
}

}  // namespace wpns
