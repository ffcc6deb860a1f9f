#include "cli/proof_report.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

std::string directory() {
    return std::string(names::state_dir) + "/proofs";
}

std::string text_at(const ordered_json& json, const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

std::uint64_t number_at(const ordered_json& json, const char* key) {
    return json.contains(key) && json[key].is_number_unsigned() ? json[key].get<std::uint64_t>()
                                                                : 0;
}

}  // namespace

std::string proof_path(const SiteName& name) {
    return directory() + "/" + name.str() + ".json";
}

void save_proof(const host::Host& host, const SiteName& name, const Proof& proof) {
    File file;
    file.mode = 0600;
    file.content = to_json(proof).dump(1, ' ', true) + "\n";
    host.files.make_directory(directory(), Directory{0, 0, 0700});
    host.files.write(proof_path(name), file);
}

std::optional<Proof> load_proof(const host::Host& host, const SiteName& name) {
    const auto file = host.files.read(proof_path(name));
    if (!file) return std::nullopt;
    const auto json = ordered_json::parse(file->content, nullptr, false);
    if (!json.is_object() || text_at(json, "time").empty() || !json.contains("ok"))
        return std::nullopt;
    Proof proof{text_at(json, "time"), text_at(json, "backup"), {}, text_at(json, "problem")};
    proof.proven.counts = {number_at(json, "tables"), number_at(json, "files")};
    proof.proven.seconds = static_cast<unsigned>(number_at(json, "seconds"));
    return proof;
}

ordered_json to_json(const Proof& proof) {
    return {{"time", proof.time},
            {"backup", proof.backup},
            {"ok", proof.problem.empty()},
            {"problem", proof.problem},
            {"tables", proof.proven.counts.tables},
            {"files", proof.proven.counts.files},
            {"seconds", proof.proven.seconds}};
}

std::string describe(const Proof& proof) {
    const std::string name = printable(proof.backup.substr(proof.backup.rfind('/') + 1));
    if (!proof.problem.empty())
        return name + ": COULD NOT BE RESTORED for a test: " + printable(proof.problem);
    return name + ": restored for a test in " + std::to_string(proof.proven.seconds) +
           " s: " + std::to_string(proof.proven.counts.tables) + " tables, " +
           std::to_string(proof.proven.counts.files) + " files";
}

std::vector<apply::Finding> examine_proofs(const host::Host& host, const Registry& registry) {
    std::vector<apply::Finding> findings;
    bool any = false;
    for (const auto& [name, record] : registry.sites) {
        const auto proof = load_proof(host, name);
        if (!proof) continue;
        any = true;
        if (proof->problem.empty()) continue;
        findings.push_back(
            {.about = "backups of " + name.str(),
             .problem = proof->time + ", " + describe(*proof),
             .meaning = "a restore may fail when it is needed",
             .fix = {"wpns backup " + name.str(), "wpns backup --prove " + name.str()}});
    }
    if (any && findings.empty()) findings.push_back({.about = "backups restored for a test"});
    return findings;
}

}  // namespace wpns::cli
