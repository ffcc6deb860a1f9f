#include <iostream>
#include <optional>
#include <set>

#include "apply/prove.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/backup_place.hpp"
#include "cli/backups.hpp"
#include "cli/json.hpp"
#include "cli/proof_report.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/repository.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

/// The throw-away place. What runs there is what runs in a restore, but in a slice of its own.
apply::RestoreTarget proof_target(Session& session, const Globals& globals, const KnownSite& site) {
    const auto& config = session.config().host;
    const apply::Intent intent{apply::Intent::Operation::prove,
                               site.name,
                               apply::proof_dir(config.archive_dir, site.name),
                               config.data_dir + "/" + site.name.str(),
                               {}};
    return restore_target(session, globals, site, intent, names::proof_slice(site.name));
}

/// The whole core or wp-content alone, as it was when the backup was made.
SiteConfig config_of(const KnownSite& site, const Manifest& manifest) {
    SiteConfig config = site.config;
    config.wordpress.core = manifest.core;
    return config;
}

apply::Proven prove(Session& session, const Globals& globals, const KnownSite& known,
                    const std::string& path, apply::Turn& turn) {
    const auto& host = session.host();
    const auto config = config_of(known, apply::read_manifest(host.files, path));
    const KnownSite site{known.name, config, known.record};
    return apply::prove(host, path, reader_unit(session), proof_target(session, globals, site),
                        turn);
}

/// What comes of it is written down, also that it failed. Throws where it was not tried.
Proof prove_one(const Globals& globals, const host::Host& host, const SiteName& name,
                std::chrono::seconds patience) {
    apply::Turn turn(host, "backup --prove " + name.str(), {name}, patience);
    (void)recover(globals, host);
    require_known(globals, host, name);
    ReadableBackup backup(globals, host, name, turn);
    Proof proof{};
    try {
        backup.open("");
        Session session(globals, host, NoFiles::fine);
        proof.proven = prove(session, globals, known_site(session, name), backup.path(), turn);
    } catch (const Error& error) {
        if (!turn.is_alone() || backup.name().empty()) throw;
        proof.problem = printable(error.message());
    }
    proof.backup = backup.name();
    proof.time = apply::utc_stamp();
    save_proof(host, name, proof);
    return proof;
}

/// The sites that have a backup, wherever it is.
std::set<SiteName> with_backup(Session& session) {
    std::set<SiteName> sites;
    for (const auto& text : session.host().files.list(apply::backup_dir))
        if (const auto found = ArchiveName::parse(text)) sites.insert(found->site);
    if (has_repository(session))
        for (const auto& snapshot : repository(session, std::nullopt).list(std::nullopt))
            sites.insert(snapshot.name.site);
    return sites;
}

/// The sites that are set up now and have a backup: a new one need not have any yet.
std::vector<SiteName> backed_up(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    const auto sites = with_backup(session);
    std::vector<SiteName> names;
    for (const auto& [name, config] : session.config().sites)
        if (session.registry().sites.contains(name) && sites.contains(name)) names.push_back(name);
    return names;
}

ordered_json json_of(const SiteName& name, const Proof& proof) {
    ordered_json json{{"site", name.str()}};
    json.update(to_json(proof));
    return json;
}

void print(const Globals& globals, const SiteName& name, const Proof& proof) {
    if (globals.json) return;
    (proof.problem.empty() ? std::cout : std::cerr)
        << name.str() << ": " << describe(proof) << "\n";
}

/// One after the other. A site that fails keeps none of the others from its proof.
int prove_all(const Globals& globals, const host::Host& host) {
    auto proofs = ordered_json::array();
    auto errors = ordered_json::object();
    bool well = true;
    for (const auto& name : backed_up(globals, host)) {
        try {
            const auto proof = prove_one(globals, host, name, std::chrono::minutes(10));
            well = well && proof.problem.empty();
            proofs.push_back(json_of(name, proof));
            print(globals, name, proof);
        } catch (const Error& error) {
            well = false;
            errors[name.str()] = printable(error.message());
            if (!globals.json) print_error(globals, error.with_context(name.str()));
        }
    }
    if (globals.json) print_json(ordered_json{{"proofs", proofs}, {"errors", errors}});
    return well ? done : failed;
}

}  // namespace

int cmd_prove(const Globals& globals, const host::Host& host, const BackupOptions& options) {
    if (options.all) return prove_all(globals, host);
    const auto name = site_name(options.name);
    const auto proof = prove_one(globals, host, name, lock_patience);
    print(globals, name, proof);
    if (globals.json) print_json(json_of(name, proof));
    return proof.problem.empty() ? done : failed;
}

}  // namespace wpns::cli
