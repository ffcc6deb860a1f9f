#include "cli/backup_place.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/repository.hpp"

namespace wpns::cli {
namespace {

using apply::Snapshot;

std::string newest_stamp(const host::Files& files, const SiteName& site) {
    std::string found;
    for (const auto& text : files.list(apply::backup_dir)) {
        const auto name = ArchiveName::parse(text);
        if (name && name->site == site && is_older(found, name->stamp)) found = name->stamp;
    }
    return found;
}

std::string path_of(const SiteName& site, const std::string& stamp) {
    return std::string(apply::backup_dir) + "/" + ArchiveName{site, stamp}.str();
}

Error no_backup(const SiteName& site, const std::string& at) {
    return Error(
        ErrorKind::usage, "there is no backup of " + site.str() + (at.empty() ? "" : " at " + at),
        at.empty() ? "wpns backup " + site.str() + " makes one" : "wpns archive list shows them");
}

BackupPlace newest(Session& session, const SiteName& site) {
    const auto stamp = newest_stamp(session.host().files, site);
    BackupPlace place{stamp.empty() ? "" : path_of(site, stamp), std::nullopt};
    std::string found = stamp;
    if (has_repository(session))
        for (auto& snapshot : repository(session, std::nullopt).list(site))
            if (is_older(found, snapshot.name.stamp)) {
                found = snapshot.name.stamp;
                place = {"", std::move(snapshot)};
            }
    if (found.empty()) throw no_backup(site, "");
    return place;
}

BackupPlace with_stamp(Session& session, const SiteName& site, const std::string& stamp) {
    const auto path = path_of(site, stamp);
    if (!has_repository(session) || session.host().files.is_directory(path)) return {path, {}};
    auto found = repository(session, std::nullopt).list(site);
    std::erase_if(found, [&](const Snapshot& snapshot) { return snapshot.name.stamp != stamp; });
    if (found.empty()) throw no_backup(site, stamp);
    return {"", std::move(found.front())};
}

BackupPlace with_id(Session& session, const SiteName& site, const std::string& id) {
    if (!apply::is_snapshot_id(id))
        throw Error(ErrorKind::usage, "\"" + printable(id) + "\" is no id of a snapshot",
                    "eight or more of its hexadecimal digits are");
    auto snapshot = repository(session, std::nullopt).find(id);
    if (snapshot.name.site != site)
        throw Error(ErrorKind::usage, "snapshot " + id + " is a backup of " +
                                          snapshot.name.site.str() + ", not of " + site.str());
    return {"", std::move(snapshot)};
}

}  // namespace

std::string BackupPlace::str() const {
    return snapshot ? apply::repository_place + snapshot->id : path;
}

BackupPlace find_backup(Session& session, const SiteName& site, const std::string& at) {
    const std::string_view repository_place = apply::repository_place;
    if (at.starts_with('/')) return {at, {}};
    if (at.starts_with(repository_place))
        return with_id(session, site, at.substr(repository_place.size()));
    if (at.empty()) return newest(session, site);
    if (is_stamp(at)) return with_stamp(session, site, at);
    throw Error(ErrorKind::usage,
                "\"" + printable(at) +
                    "\" is neither a time like 20261122T055500Z, nor a path, nor restic:ID",
                "wpns archive list shows the backups");
}

void ReadableBackup::open(const std::string& at) {
    Session session(globals_, host_, NoFiles::fine);
    if (!has_repository(session)) {
        path_ = name_ = find_backup(session, site_, at).str();
        return;
    }
    begun_ = true;
    apply::Journal(host_.files)
        .begin({apply::Intent::Operation::backup, site_, apply::staged_dir(site_), {}, {}});
    turn_.share([&] { fetch(session, at); });
}

void ReadableBackup::fetch(Session& session, const std::string& at) {
    const auto place = find_backup(session, site_, at);
    name_ = place.str();
    path_ = place.path;
    if (!place.snapshot) return;
    const auto from = repository(session, site_);
    from.require_ready();
    path_ = apply::staged_dir(site_);
    if (!host_.files.is_directory(apply::backup_dir))
        host_.files.make_directory(apply::backup_dir, Directory{0, 0, 0700});
    with_context("read it from " + from.url(), [&] { from.fetch(*place.snapshot, path_); });
}

/// An intent that has taken the place of ours is somebody's who takes all away.
void ReadableBackup::settle() const {
    for (const auto& intent : apply::Journal(host_.files).unfinished())
        if (intent.site == site_ && intent.operation == apply::Intent::Operation::backup)
            apply::settle_backup(host_, intent);
}

ReadableBackup::~ReadableBackup() {
    if (!begun_ || !turn_.is_alone()) return;
    try {
        settle();
    } catch (const Error&) {  // the next run does it
    }
}

}  // namespace wpns::cli
