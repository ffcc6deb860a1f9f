#include "apply/repository.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "apply/archive.hpp"
#include "apply/backup.hpp"
#include "apply/backup_stream.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::apply {

/// One call of restic's.
struct Repository::Run {
    std::vector<std::string> arguments;
    std::chrono::seconds limit;
    std::function<void(std::string_view)> output = {};
};

namespace {

constexpr std::chrono::minutes longest_question{15};
constexpr std::chrono::minutes longest_stop{2};
constexpr std::size_t largest_answer = 256U << 20U;  ///< some 500 000 snapshots

bool is_locked(const host::Process::Result& result) {
    return result.err.find("already locked") != std::string::npos;
}

/// What restic said, in one line.
std::string words_of(host::Process::Result result) {
    std::ranges::replace(result.err, '\n', ' ');
    return said(result);
}

void require_secret(const host::Files& files, const std::string& path) {
    const auto file = files.read(path);
    if (!file)
        throw Error(ErrorKind::missing, path + " is not there, which wpns.toml names",
                    "write it, for root alone: install -m 600 /dev/null " + path);
    constexpr std::uint32_t others = 077;
    if (!file->link_target.empty() || file->uid != 0 || (file->mode & others) != 0)
        throw Error(ErrorKind::conflict, path + " can be read by others than root",
                    "chown root: " + path + "; chmod 600 " + path);
    if (file->content.empty()) throw Error(ErrorKind::missing, path + " is empty");
}

/// Runs what only says its version.
void require_program(host::Process& process, std::vector<std::string> argv,
                     const std::string& package) {
    host::Process::Command command;
    command.argv = std::move(argv);
    try {
        (void)process.run(command);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::missing) throw;
        throw Error(ErrorKind::missing,
                    command.argv.front() + " is not there, which [backup] repository takes",
                    "apt install " + package);
    }
}

}  // namespace

std::string staged_dir(const SiteName& site) {
    return std::string(backup_dir) + "/." + site.str() + ".repository";
}

void discard_staged(const host::Host& host, const SiteName& site) {
    const auto directory = staged_dir(site);
    if (!host.files.is_directory(directory)) return;
    const std::vector<std::string> slice{names::repository_slice(site)};
    for (const auto& [name, error] : host.units.stop(slice, longest_stop))
        if (!error.empty()) throw Error(ErrorKind::failed, "stop " + name + ": " + error);
    host.files.purge_trusted_tree(directory);
}

void Repository::require_ready() const {
    require_program(host_.process, {restic_program, "version"}, "restic");
    if (access_.url.starts_with("sftp:"))
        require_program(host_.process, {"/usr/bin/ssh", "-V"}, "openssh-client");
    require_secret(host_.files, access_.password_file);
    if (!access_.environment_file.empty()) require_secret(host_.files, access_.environment_file);
}

void Repository::fail(const std::string& verb, const host::Process::Result& result) const {
    const std::string what = "restic " + verb + " of " + access_.url + " ended with status " +
                             std::to_string(result.status) + ": " + words_of(result);
    // Of a server that does not answer restic says the first one as well.
    const bool local = access_.url.starts_with('/');
    constexpr std::array<std::string_view, 4> nothing_there = {
        "unable to open config file", "repository does not exist", "key does not exist",
        "file does not exist"};
    const auto says = [&](std::string_view words) { return result.err.contains(words); };
    if (std::none_of(nothing_there.begin() + (local ? 0 : 1), nothing_there.end(), says))
        throw Error(is_locked(result) ? ErrorKind::busy : ErrorKind::failed, what);
    throw Error(ErrorKind::missing, what,
                std::string(local ? "is its disk mounted? " : "") +
                    "A new one is made with: restic -r " + access_.url + " --password-file " +
                    access_.password_file + " init");
}

host::Process::Result Repository::run(const Run& what) const {
    std::vector<std::string> argv{restic_program};
    argv.insert(argv.end(), what.arguments.begin(), what.arguments.end());
    auto command = sandboxed(access_.unit, argv, Terminal::pipes, what.limit);
    command.output = what.output;
    command.output_limit = largest_answer;
    return host_.process.run(command);
}

/// Without a lock: it writes nothing, and a repository that can only be read is good for it.
std::string Repository::ask(std::vector<std::string> arguments) const {
    const std::string verb = arguments.front();
    arguments.emplace_back("--no-lock");
    arguments.emplace_back("--json");
    auto result = run({std::move(arguments), longest_question});
    if (result.status != 0) fail(verb, result);
    return std::move(result.out);
}

/// Another program may have locked the repository. A lock that nobody holds any more is taken away
/// by `unlock`; restic knows which ones these are.
void Repository::change(const std::vector<std::string>& arguments) const {
    constexpr std::chrono::seconds pause{2};
    const auto end = std::chrono::steady_clock::now() + access_.patience;
    while (true) {
        const auto result = run({arguments, longest_step});
        if (result.status == 0) return;
        if (!is_locked(result) || std::chrono::steady_clock::now() >= end)
            fail(arguments.front(), result);
        (void)run({{"unlock"}, longest_question});
        std::this_thread::sleep_for(pause);
    }
}

std::vector<Snapshot> Repository::list(const std::optional<SiteName>& site) const {
    auto snapshots = parse_snapshots(ask({"snapshots", "--tag", tags_of(access_.lineage, site)}));
    if (!snapshots) throw Error(ErrorKind::failed, access_.url + ": " + snapshots.error());
    std::erase_if(*snapshots, [&](const Snapshot& snapshot) {
        return snapshot.lineage != access_.lineage || (site && snapshot.name.site != *site);
    });
    return std::move(*snapshots);
}

Snapshot Repository::find(const std::string& id) const {
    auto snapshots = parse_snapshots(ask({"snapshots", "--tag", "wpns"}));
    if (!snapshots) throw Error(ErrorKind::failed, access_.url + ": " + snapshots.error());
    std::erase_if(*snapshots,
                  [&](const Snapshot& snapshot) { return !snapshot.id.starts_with(id); });
    if (snapshots->size() != 1)
        throw Error(
            ErrorKind::missing,
            access_.url + " has " + (snapshots->empty() ? "no backup " : "several backups ") + id);
    return snapshots->front();
}

/// restic makes a snapshot also of what it could not read all of. The time of a backup is its own.
void Repository::forget_unfinished(const Manifest& manifest) const {
    try {
        auto made = list(manifest.site);
        std::erase_if(made, [&](const Snapshot& snapshot) {
            return snapshot.name.stamp != manifest.created;
        });
        forget(made);
    } catch (const Error&) {  // why the backup failed says more; `fetch` refuses what is left
    }
}

Snapshot Repository::save(const Manifest& manifest) const {
    try {
        change({"backup", "--quiet", "--force", "--tag", tags_of(access_.lineage, manifest), "--",
                database_part, files_part, site_settings_file, manifest_file});
    } catch (const Error&) {
        forget_unfinished(manifest);
        throw;
    }
    const auto text = ask({"ls", "--tag", tags_of(access_.lineage, manifest), "latest"});
    const auto content = parse_content(text);
    if (!content)
        throw Error(ErrorKind::failed,
                    "the backup is not in " + access_.url + ": " + content.error());
    const auto size_of = [&](const char* file) {
        const auto found = content->files.find(std::string("/") + file);
        return found == content->files.end() ? std::nullopt : std::optional(found->second);
    };
    if (size_of(database_part) != manifest.database.size ||
        size_of(files_part) != manifest.files.size || !size_of(site_settings_file) ||
        !size_of(manifest_file)) {
        forget({content->snapshot});
        throw Error(ErrorKind::failed, "not all of the backup has come to " + access_.url);
    }
    return content->snapshot;
}

host::Process::Result Repository::dump(const Snapshot& snapshot, const char* file,
                                       const std::function<void(std::string_view)>& output) const {
    return run({{"dump", "--no-lock", snapshot.id, std::string("/") + file}, longest_step, output});
}

void Repository::forget(const std::vector<Snapshot>& snapshots) const {
    if (snapshots.empty()) return;
    std::vector<std::string> arguments{"forget", "--quiet", "--"};
    for (const auto& snapshot : snapshots) arguments.push_back(snapshot.id);
    change(arguments);
    const auto left = list(std::nullopt);
    for (const auto& snapshot : snapshots)
        if (std::ranges::find(left, snapshot.id, &Snapshot::id) != left.end())
            throw Error(ErrorKind::failed,
                        "backup " + snapshot.name.str() + " is still in " + access_.url);
}

void Repository::prune() const {
    change({"prune", "--quiet"});
}

std::vector<Snapshot> too_old(std::vector<Snapshot> all, const std::string& made, unsigned keep) {
    std::erase_if(
        all, [&](const Snapshot& snapshot) { return !snapshot.scheduled || snapshot.id == made; });
    std::ranges::sort(all, [](const Snapshot& one, const Snapshot& other) {
        return is_older(one.name.stamp, other.name.stamp);
    });
    const auto kept = std::min<std::ptrdiff_t>(std::ssize(all), std::ptrdiff_t{keep} - 1);
    all.erase(all.end() - kept, all.end());
    return all;
}

}  // namespace wpns::apply
