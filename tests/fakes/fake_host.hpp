#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "host/host.hpp"

/// A host in memory that holds state: tests look at what it has become, not at which calls were
/// made. `fail_at(n)` makes the n-th change (from 1) throw, once; `kill_at(n)` that one and all
/// that follow, as a run that is killed changes nothing more.
namespace wpns::fakes {

/// Counts changes of the whole fake host.
struct Faults {
    unsigned changes = 0;
    unsigned fail_at = 0;
    unsigned kill_at = 0;
    unsigned meddle_at = 0;
    std::function<void()> meddle{};  ///< what somebody else does right before change `meddle_at`
    std::vector<std::string> seen{};
    /// Some changes are made by several threads at once: one at a time here, for as long as what is
    /// returned is kept.
    [[nodiscard]] static std::unique_lock<std::recursive_mutex> turn() {
        static std::recursive_mutex one_at_a_time;
        return std::unique_lock(one_at_a_time);
    }
    [[nodiscard]] std::unique_lock<std::recursive_mutex> change(const std::string& what) {
        auto kept = turn();
        ++changes;
        seen.push_back(what);
        if (meddle_at != 0 && changes == meddle_at) std::exchange(meddle, {})();
        if (kill_at != 0 && changes >= kill_at) throw Error(ErrorKind::failed, "killed");
        if (changes == fail_at) throw Error(ErrorKind::failed, "injected: " + what);
        return kept;
    }
};

class FakeAccounts : public host::Accounts {
  public:
    explicit FakeAccounts(Faults& faults) : faults_(faults) {}
    std::map<std::string, Account> accounts;

    [[nodiscard]] std::map<std::string, Account> find(
        std::span<const std::string> names) const override {
        std::map<std::string, Account> found;
        for (const auto& name : names)
            if (const auto it = accounts.find(name); it != accounts.end()) found.insert(*it);
        return found;
    }
    [[nodiscard]] std::vector<std::uint32_t> taken_ids() const override { return {0, 33}; }
    void create(const std::map<std::string, Account>& wanted) override {
        const auto turn = faults_.change("create accounts");
        accounts.insert(wanted.begin(), wanted.end());
    }
    void remove(const std::string& name) override {
        const auto turn = faults_.change("remove account");
        accounts.erase(name);
    }

  private:
    Faults& faults_;
};

class FakeFiles : public host::Files {
  public:
    explicit FakeFiles(Faults& faults) : faults_(faults) {}
    std::map<std::string, File> files;
    std::map<std::string, Directory> directories;
    std::map<std::string, Quota> quotas;  ///< of directories; they move with them
    std::map<std::string, std::string> sysctls = {{"net.ipv4.ip_forward", "0"},
                                                  {"net.ipv6.conf.all.forwarding", "0"}};

    [[nodiscard]] std::optional<File> read(const std::string& path) const override {
        const auto it = files.find(path);
        return it == files.end() ? std::nullopt : std::optional(it->second);
    }
    /// Times follow from the content, so that a test may put in what it likes.
    [[nodiscard]] Stamps stamps(std::span<const std::string> paths) const override {
        Stamps stamps{clock, {}};
        for (const auto& path : paths) stamps.of.push_back(stamp(path));
        return stamps;
    }
    std::int64_t clock = std::int64_t{1} << 62;  ///< what `stamps` says of the time
    [[nodiscard]] std::optional<Directory> stat_directory(const std::string& path) const override {
        const auto it = directories.find(path);
        return it == directories.end() ? std::nullopt : std::optional(it->second);
    }
    /// In a directory that is not root's nothing is looked for.
    void require_roots(const std::string& path) const {
        for (auto at = path.rfind('/'); at != 0 && at != std::string::npos;
             at = path.rfind('/', at - 1)) {
            const auto above = directories.find(path.substr(0, at));
            if (above != directories.end() && above->second.uid != 0)
                throw Error(ErrorKind::conflict, above->first + " is not root's alone");
        }
    }
    [[nodiscard]] bool is_directory(const std::string& path) const override {
        require_roots(path);
        return directories.contains(path);
    }
    [[nodiscard]] std::vector<std::string> list(const std::string& directory) const override {
        std::set<std::string> names;
        const std::string prefix = directory + "/";
        const auto add = [&](const auto& entries) {
            for (auto it = entries.lower_bound(prefix);
                 it != entries.end() && it->first.starts_with(prefix); ++it)
                names.insert(it->first.substr(prefix.size(),
                                              it->first.find('/', prefix.size()) - prefix.size()));
        };
        add(files);
        add(directories);
        return {names.begin(), names.end()};
    }
    void write(const std::string& path, const File& file) override {
        const auto turn = faults_.change("write " + path);
        make_parents(path);
        files[path] = file;
    }
    void make_directory(const std::string& path, const Directory& directory) override {
        const auto turn = faults_.change("make " + path);
        make_parents(path);
        directories[path] = directory;
    }
    void remove_file(const std::string& path) override {
        const auto turn = faults_.change("remove " + path);
        files.erase(path);
    }
    /// Nothing is ever half written here, but the moment counts as a change.
    void sweep(const std::string& directory) override {
        const auto turn = faults_.change("sweep " + directory);
    }
    void remove_directory(const std::string& path) override {
        const auto turn = faults_.change("rmdir " + path);
        if (!list(path).empty()) throw Error(ErrorKind::failed, path + " is not empty");
        directories.erase(path);
        quotas.erase(path);
    }
    void rename(const std::string& from, const std::string& to) override {
        const auto turn = faults_.change("rename " + from);
        if (directories.contains(to)) throw Error(ErrorKind::failed, to + " is there");
        move(files, from, to);
        move(directories, from, to);
        move(quotas, from, to);
    }
    void exchange(const std::string& one, const std::string& other) override {
        const auto turn = faults_.change("exchange " + one);
        if (!directories.contains(one) || !directories.contains(other))
            throw Error(ErrorKind::missing, one + " or " + other + " is not there");
        for (auto step : {std::pair{one, std::string("/swap")}, std::pair{other, one},
                          std::pair{std::string("/swap"), other}}) {
            move(files, step.first, step.second);
            move(directories, step.first, step.second);
            move(quotas, step.first, step.second);
        }
    }
    [[nodiscard]] std::uint64_t tree_size(const std::string& directory) const override {
        std::uint64_t size = 0;
        for (const auto& [path, file] : files)
            if (below(path, directory)) size += file.content.size();
        return size;
    }
    std::uint64_t room = 1ULL << 40;  ///< bytes left on every filesystem
    [[nodiscard]] std::uint64_t free_bytes(const std::string&) const override { return room; }
    void purge_tree(const std::string& directory, std::uint32_t uid) override {
        const auto turn = faults_.change("purge " + directory);
        if (directories.at(directory).uid != uid) throw Error(ErrorKind::bug, "not the owner");
        purge(directory);
    }
    void copy_trusted_tree(const std::string&, const std::string& to,
                           const std::vector<std::string>&) override {
        const auto turn = faults_.change("copy to " + to);
        directories[to] = {};
    }
    void purge_trusted_tree(const std::string& directory) override {
        const auto turn = faults_.change("purge " + directory);
        purge(directory);
    }
    void clone_tree(const std::string& from, std::uint32_t from_uid, const std::string& to,
                    std::uint32_t to_uid, host::Zeros) override {
        const auto turn = faults_.change("clone to " + to);
        if (directories.contains(to)) throw Error(ErrorKind::conflict, to + " is there");
        if (directories.at(from).uid != from_uid) throw Error(ErrorKind::bug, "not the owner");
        clone(files, from, to, to_uid);
        clone(directories, from, to, to_uid);
    }
    void fill_directory(const std::string& from, const std::string& to) override {
        const auto turn = faults_.change("fill " + to);
        clone(files, from, to, directories.at(to).uid);
    }
    [[nodiscard]] std::string sysctl(const std::string& key) const override {
        return sysctls.at(key);
    }
    void set_sysctl(const std::string& key, const std::string& value) override {
        const auto turn = faults_.change("set " + key);
        sysctls[key] = value;
    }

  private:
    [[nodiscard]] std::optional<Stamp> stamp(const std::string& path) const {
        Stamp stamp;
        if (const auto it = files.find(path); it != files.end()) {
            const auto& file = it->second;
            const bool link = !file.link_target.empty();
            const auto hash = std::hash<std::string>()(link ? file.link_target : file.content);
            stamp.mode = (link ? 0120000 : 0100000) | file.mode;
            stamp.uid = file.uid;
            stamp.gid = file.gid;
            stamp.links = 1;
            stamp.size = file.content.size();
            stamp.mtime = stamp.ctime = static_cast<std::int64_t>(hash >> 4U);
            return stamp;
        }
        const auto it = directories.find(path);
        if (it == directories.end()) return std::nullopt;
        stamp.mode = 0040000 | it->second.mode;
        stamp.uid = it->second.uid;
        stamp.gid = it->second.gid;
        return stamp;
    }
    void make_parents(const std::string& path) {
        for (auto slash = path.find('/', 1); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            directories.try_emplace(path.substr(0, slash));
    }
    static bool below(const std::string& path, const std::string& directory) {
        return path == directory || path.starts_with(directory + "/");
    }
    void purge(const std::string& directory) {
        std::erase_if(files, [&](const auto& entry) { return below(entry.first, directory); });
        std::erase_if(directories,
                      [&](const auto& entry) { return below(entry.first, directory); });
        std::erase_if(quotas, [&](const auto& entry) { return below(entry.first, directory); });
    }
    template <typename Entries>
    static void move(Entries& entries, const std::string& from, const std::string& to) {
        Entries moved;
        for (const auto& [path, value] : entries)
            moved.emplace(below(path, from) ? to + path.substr(from.size()) : path, value);
        entries = moved;
    }
    template <typename Entries>
    static void clone(Entries& entries, const std::string& from, const std::string& to,
                      std::uint32_t uid) {
        Entries copies;
        for (auto [path, value] : entries) {
            if (!below(path, from)) continue;
            value.uid = value.gid = uid;
            copies.emplace(to + path.substr(from.size()), value);
        }
        entries.merge(copies);
    }
    Faults& faults_;
};

class FakeNetwork : public host::Network {
  public:
    explicit FakeNetwork(Faults& faults) : faults_(faults) {}
    std::set<std::string> names;
    std::set<std::string> stale;
    std::map<std::string, Link> links;

    [[nodiscard]] std::vector<std::string> namespaces() const override {
        return {names.begin(), names.end()};
    }
    [[nodiscard]] std::vector<std::string> stale_names() const override {
        return {stale.begin(), stale.end()};
    }
    void create_namespace(const std::string& name) override {
        const auto turn = faults_.change("create namespace");
        stale.erase(name);
        names.insert(name);
    }
    void remove_namespace(const std::string& name) override {
        const auto turn = faults_.change("remove namespace");
        names.erase(name);
        stale.erase(name);
    }
    [[nodiscard]] std::map<std::string, Link> find_links(
        std::span<const Link> wanted) const override {
        std::map<std::string, Link> found;
        for (const auto& link : wanted)
            if (const auto it = links.find(link.host_end.name); it != links.end())
                found.insert(*it);
        return found;
    }
    std::map<std::string, Bridge> bridges;
    [[nodiscard]] std::map<std::string, Bridge> find_bridges(
        std::span<const Bridge> wanted) const override {
        std::map<std::string, Bridge> found;
        for (const auto& bridge : wanted)
            if (const auto it = bridges.find(bridge.name.name); it != bridges.end())
                found.insert(*it);
        return found;
    }
    void ensure_bridge(const Bridge& bridge) override {
        const auto turn = faults_.change("ensure bridge");
        bridges[bridge.name.name] = bridge;
    }
    void remove_bridge(const std::string& name) override {
        const auto turn = faults_.change("remove bridge");
        bridges.erase(name);
    }
    std::vector<Ipv4> forgotten;
    void forget_mate(const FirewallSite& site) override { forgotten.push_back(site.address); }
    void ensure_link(const Link& link) override {
        const auto turn = faults_.change("ensure link");
        if (!link.bridge.empty() && !bridges.contains(link.bridge))
            throw Error(ErrorKind::missing, "no bridge " + link.bridge);
        if (!names.contains(link.netns))
            throw Error(ErrorKind::missing, "no namespace " + link.netns);
        links[link.host_end.name] = link;
    }
    [[nodiscard]] std::map<std::string, Error> remove_links(
        std::span<const std::string> host_ends) override {
        const auto turn = faults_.change("remove link");
        for (const std::string& name : host_ends) links.erase(name);
        return {};
    }
    std::string uplink;
    void gather(HostFacts& facts) const override { facts.uplink = uplink; }

  private:
    Faults& faults_;
};

class FakeFirewall : public host::Firewall {
  public:
    explicit FakeFirewall(Faults& faults) : faults_(faults) {}
    std::optional<FirewallTable> loaded;
    std::map<std::string, FirewallSite> elements;
    std::set<ResolvedTarget> named;
    unsigned loads = 0;

    [[nodiscard]] std::optional<FirewallTable> table(const FirewallTable&) const override {
        return loaded;
    }
    [[nodiscard]] std::map<std::string, FirewallSite> sites() const override { return elements; }
    void load(const FirewallTable& table, std::span<const FirewallSite> sites) override {
        const auto turn = faults_.change("load firewall");
        ++loads;
        loaded = table;
        elements.clear();
        for (const auto& site : sites) elements[site.link] = site;
    }
    void change(std::span<const FirewallSite> put, std::span<const FirewallSite> removed) override {
        const auto turn = faults_.change("change firewall");
        if (!loaded) throw Error(ErrorKind::failed, "no table");
        for (const auto& site : removed) {
            elements.erase(site.link);
            std::erase_if(named, [&](const auto& target) { return target.link == site.link; });
        }
        for (const auto& site : put) elements[site.link] = site;
    }
    void remove_table() override {
        const auto turn = faults_.change("remove table");
        loaded.reset();
        elements.clear();
        named.clear();
    }
    [[nodiscard]] Refusals refusals(const std::string&) const override { return {}; }
    [[nodiscard]] std::vector<ResolvedTarget> resolved() const override {
        return {named.begin(), named.end()};
    }
    void change_resolved(std::span<const ResolvedTarget> put,
                         std::span<const ResolvedTarget> removed) override {
        const auto turn = faults_.change("change names");
        for (const auto& target : removed)
            if (named.erase(target) == 0) throw Error(ErrorKind::failed, "no such element");
        named.insert(put.begin(), put.end());
    }

  private:
    Faults& faults_;
};

class FakeUnits : public host::Units {
  public:
    FakeUnits(Faults& faults, const FakeFiles& files) : faults_(faults), files_(files) {}
    std::map<std::string, State> states = {{"nginx.service", {"loaded", "active", "running"}}};
    std::set<std::string> enabled_units;
    std::vector<std::string> restarted;
    std::vector<std::string> queued;
    unsigned reloads = 0;
    /// What a unit does that runs wpns: by the beginning of its name, with the site's name.
    std::map<std::string, std::function<void(const std::string&)>> services;

    [[nodiscard]] std::map<std::string, State> list(std::span<const std::string>) const override {
        return states;
    }
    [[nodiscard]] std::map<std::string, State> find(
        std::span<const std::string> names) const override {
        std::map<std::string, State> found;
        for (const auto& name : names)
            if (const auto it = states.find(name); it != states.end()) found.insert(*it);
        return found;
    }
    [[nodiscard]] std::vector<std::string> enabled(std::span<const std::string>) const override {
        return {enabled_units.begin(), enabled_units.end()};
    }
    std::map<std::string, std::string> start(std::span<const std::string> units,
                                             std::chrono::seconds) override {
        return for_each(units, "start", [&](const std::string& unit) { run(unit); });
    }
    std::map<std::string, std::string> restart(std::span<const std::string> units,
                                               std::chrono::seconds) override {
        return for_each(units, "restart", [&](const std::string& unit) {
            states[unit] = {"loaded", "active", "running"};
            restarted.push_back(unit);
        });
    }
    std::map<std::string, std::string> try_restart(std::span<const std::string> units,
                                                   std::chrono::seconds deadline) override {
        std::vector<std::string> running;
        for (const auto& unit : units)
            if (states.contains(unit) && states[unit].active == "active") running.push_back(unit);
        return restart(running, deadline);
    }
    std::map<std::string, std::string> reload(std::span<const std::string> units,
                                              std::chrono::seconds) override {
        return for_each(units, "reload", [](const std::string&) {});
    }
    std::map<std::string, std::string> stop(std::span<const std::string> units,
                                            std::chrono::seconds) override {
        return for_each(units, "stop", [&](const std::string& unit) { states.erase(unit); });
    }
    void read_ahead(const std::string&) override {}
    bool hang_up(const std::string& unit) override {
        const auto turn = faults_.change("reload " + unit);
        return states.contains(unit);
    }
    void queue_start(const std::string& unit) override { queued.push_back(unit); }
    void queue_restart(const std::string& unit) override { queued.push_back(unit); }
    void enable(std::span<const std::string> units) override {
        const auto turn = faults_.change("enable units");
        enabled_units.insert(units.begin(), units.end());
    }
    void disable(std::span<const std::string> units) override {
        const auto turn = faults_.change("disable units");
        for (const auto& unit : units) enabled_units.erase(unit);
    }
    void daemon_reload() override {
        const auto turn = faults_.change("reload units");
        ++reloads;
    }
    void reset_failed(std::span<const std::string>) override {
        const auto turn = faults_.change("reset failures");
    }

  private:
    /// As wpns-park@.service stops PHP and database, and is done.
    void run(const std::string& unit) {
        const std::string park = "wpns-park@";
        states[unit] = {"loaded", "active", "running"};
        for (const auto& [begin, service] : services) {
            if (!unit.starts_with(begin)) continue;
            states.erase(unit);
            service(unit.substr(begin.size(), unit.rfind('.') - begin.size()));
        }
        if (!unit.starts_with(park)) return;
        for (const char* role : {park.c_str(), "wpns-php@", "wpns-mysqld@"})
            states.erase(role + unit.substr(park.size()));
    }
    /// A unit without a file cannot be started: that catches a wrong order.
    template <typename Step>
    std::map<std::string, std::string> for_each(std::span<const std::string> units,
                                                const std::string& what, Step step) {
        std::map<std::string, std::string> results;
        for (const auto& unit : units) {
            try {
                const auto turn = faults_.change(what + " " + unit);
                const bool foreign = unit == "nginx.service" || unit == names::resolve_timer ||
                                     unit == names::verify_timer || unit == names::firewall_watch ||
                                     unit == names::netns_holder || unit == names::idle_timer ||
                                     unit.starts_with("wpns-park@") ||
                                     unit.starts_with("wpns-install@") || what == "stop";
                if (!foreign && !files_.files.contains("/etc/systemd/system/" + unit))
                    results[unit] = "no unit file";
                else
                    step(unit);
                results.try_emplace(unit);
            } catch (const Error& error) {
                results[unit] = error.message();
            }
        }
        return results;
    }
    Faults& faults_;
    const FakeFiles& files_;
};

/// A repository of restic's, and restic as far as it is used.
class FakeRepository {
  public:
    struct Entry {
        std::string id;
        std::vector<std::string> tags;
        std::map<std::string, std::string> files;  ///< by name
    };
    std::vector<Entry> snapshots;
    bool installed = true;
    bool reachable = true;
    bool incomplete = false;    ///< it cannot read a file of what it backs up
    unsigned locked_times = 0;  ///< somebody else's lock is met so often

    explicit FakeRepository(const FakeFiles& files) : files_(files) {}

    /// `arguments` are those after the program, `directory` the working directory.
    host::Process::Result run(const host::Process::Command& command,
                              std::vector<std::string> arguments, const std::string& directory) {
        if (!installed) throw Error(ErrorKind::missing, "/usr/bin/restic is not there");
        if (arguments.at(0) == "version") return {0, "restic 0.14.0", ""};
        if (!reachable) return {1, "", "Fatal: unable to open config file: no such file\n"};
        const bool only_reads = std::ranges::find(arguments, "--no-lock") != arguments.end();
        if (!only_reads && arguments[0] != "unlock" && locked_times > 0) {
            --locked_times;
            return {1, "", "unable to create lock in backend: repository is already locked"};
        }
        if (arguments[0] == "backup") return back_up(arguments, directory);
        if (arguments[0] == "snapshots") return {0, listed(with_tags(option(arguments))), ""};
        if (arguments[0] == "ls") return {0, content(with_tags(option(arguments)).back()), ""};
        if (arguments[0] == "dump") return dump(command, arguments.at(2), arguments.at(3));
        if (arguments[0] == "forget")
            for (const auto& id : arguments)
                std::erase_if(snapshots, [&](const Entry& entry) { return entry.id == id; });
        return {0, "", ""};
    }

  private:
    static std::string option(const std::vector<std::string>& arguments) {
        return *std::next(std::ranges::find(arguments, "--tag"));
    }
    static std::vector<std::string> parts(const std::string& tags) {
        std::vector<std::string> parts;
        for (const auto part : split(tags, ',')) parts.emplace_back(part);
        return parts;
    }
    std::vector<Entry> with_tags(const std::string& tags) const {
        std::vector<Entry> found;
        for (const auto& entry : snapshots)
            if (std::ranges::all_of(parts(tags), [&](const std::string& tag) {
                    return std::ranges::find(entry.tags, tag) != entry.tags.end();
                }))
                found.push_back(entry);
        return found;
    }
    static std::string document(const Entry& entry) {
        std::string tags;
        for (const auto& tag : entry.tags) tags += (tags.empty() ? "\"" : ",\"") + tag + "\"";
        return R"({"struct_type":"snapshot","id":")" + entry.id + R"(","tags":[)" + tags + "]}";
    }
    static std::string listed(const std::vector<Entry>& entries) {
        std::string text;
        for (const auto& entry : entries) text += (text.empty() ? "" : ",") + document(entry);
        return "[" + text + "]";
    }
    static std::string content(const Entry& entry) {
        std::string text = document(entry) + "\n";
        for (const auto& [name, file] : entry.files)
            text += R"({"struct_type":"node","type":"file","path":"/)" + name + R"(","size":)" +
                    std::to_string(file.size()) + "}\n";
        return text;
    }
    host::Process::Result back_up(const std::vector<std::string>& arguments,
                                  const std::string& directory) {
        Entry entry{sha256_hex(std::to_string(++made_)), parts(option(arguments)), {}};
        for (auto it = std::next(std::ranges::find(arguments, "--")); it != arguments.end(); ++it)
            entry.files[*it] = files_.files.at(directory + "/" + *it).content;
        if (incomplete) entry.files.erase("files.tar");
        snapshots.push_back(entry);
        return {incomplete ? 3 : 0, "", incomplete ? "cannot read files.tar" : ""};
    }
    host::Process::Result dump(const host::Process::Command& command, const std::string& id,
                               const std::string& file) const {
        for (const auto& entry : snapshots)
            if (entry.id == id && entry.files.contains(file.substr(1))) {
                command.output(entry.files.at(file.substr(1)));
                return {0, "", ""};
            }
        return {1, "", "path not found"};
    }
    const FakeFiles& files_;
    unsigned made_ = 0;
};

/// Plays systemd-run for what runs in a sandbox, and nginx -t. A site's database is one table, its
/// files are a directory with one file.
class FakeProcess : public host::Process {
    /// Nothing takes time here.
    class Ended : public Running {
      public:
        explicit Ended(Result result) : result_(std::move(result)) {}
        std::optional<std::string> first_line() override {
            return result_.out.substr(0, result_.out.find('\n'));
        }
        Result wait() override { return result_; }

      private:
        Result result_;
    };

  public:
    FakeProcess(Faults& faults, FakeFiles& files)
        : repository(files), faults_(faults), files_(files) {}
    std::string nginx_refuses;  ///< a text that makes `nginx -t` fail when any vhost holds it
    std::map<std::string, unsigned> database_runs;
    bool has_client = true;  ///< programs of the database run
    bool installer_works = true;
    unsigned tables_found = 1;                    ///< by a look at a restored backup
    std::function<void()> while_dumping = [] {};  ///< what others do meanwhile
    FakeRepository repository;

    Result run(const Command& command) override {
        const auto has = [&](const std::string& word) {
            return std::ranges::find(command.argv, word) != command.argv.end();
        };
        if (has_client && has("/usr/bin/mariadb-dump")) return dumped(command);
        const auto alone = Faults::turn();  // programs of several sites run at once
        if (command.argv.front() == "/usr/sbin/nginx") return nginx();
        if (command.argv.front() == "/usr/bin/restic") return restic(command);
        const auto turn = faults_.change("run in a sandbox");
        if (has("/usr/bin/restic")) return restic(command);
        if (has("/usr/share/wpns/php/image.php")) return make_image(command);
        if (has("/usr/share/wpns/php/pack.php")) return written(command, "packed");
        if (has("/usr/share/wpns/php/rename.php")) return {0, R"({"renamed":true})", ""};
        if (has("/usr/share/wpns/php/prove.php"))
            return {0, R"({"proven":true,"files":2,"tables":)" + std::to_string(tables_found) + "}",
                    ""};
        if (has("/usr/bin/php"))
            return {installer_works ? 0 : 1,
                    R"({"installed":)" + (installer_works ? std::string("true}\n") : "false}\n"),
                    ""};
        if (has("/usr/bin/tar")) return has("--list") ? listed(command) : unpacked(command);
        return database_program(command, has);
    }
    std::unique_ptr<Running> begin(const Command& command) override {
        return std::make_unique<Ended>(run(command));
    }
    int run_attached(const Command&) override { return 0; }

  private:
    Result restic(const Command& command) {
        const auto program = std::ranges::find(command.argv, "/usr/bin/restic");
        return repository.run(command, {std::next(program), command.argv.end()},
                              property(command, "WorkingDirectory=-", ""));
    }
    Result database_program(const Command& command, const auto& has) {
        if (has("/usr/sbin/mariadbd")) return socket_made(command);
        if (has("/usr/bin/mariadb-install-db")) return make_image(command);
        if (!has_client) return {127, "", "unknown program"};
        if (has("/usr/bin/mariadb")) return drained(command);
        return {127, "", "unknown program"};
    }
    /// It takes no turn for all its time: others have several threads.
    Result dumped(const Command& command) {
        (void)faults_.change("run in a sandbox");
        while_dumping();
        return written(command, "CREATE TABLE `wp_options` (\n);\n-- Dump completed\n");
    }
    static Result written(const Command& command, const std::string& text) {
        command.output(text);
        return {0, "", ""};
    }
    static Result drained(const Command& command) {
        while (!command.feed().empty()) {
        }
        return {0, "", ""};
    }
    static Result listed(const Command& command) {
        drained(command);
        return written(command, "drwxr-xr-x ./\n-rw-r--r-- ./restored\n");
    }
    Result unpacked(const Command& command) {
        const auto place = property(command, "BindPaths=", ":/srv/www/wp-content");
        files_.files[place + "/restored"].content = "restored";
        return drained(command);
    }
    Result socket_made(const Command& command) {
        for (const auto& argument : command.argv) {
            const std::string key = "--socket-property=ListenStream=";
            if (argument.starts_with(key)) files_.files[argument.substr(key.size())] = {};
        }
        return {0, "", ""};
    }
    /// The part of --property=KEY...END between the two.
    static std::string property(const Command& command, const std::string& key,
                                const std::string& end) {
        for (const auto& argument : command.argv)
            if (argument.starts_with("--property=" + key) && argument.ends_with(end))
                return argument.substr(11 + key.size(),
                                       argument.size() - 11 - key.size() - end.size());
        return {};
    }
    Result nginx() const {
        for (const auto& [path, file] : files_.files)
            if (!nginx_refuses.empty() && path.starts_with("/etc/nginx/") &&
                file.content.find(nginx_refuses) != std::string::npos)
                return {1, "", "[emerg] bad directive"};
        return {0, "", ""};
    }
    Result make_image(const Command& command) {
        for (const auto& argument : command.argv) {
            const std::string key = "--property=BindPaths=";
            const auto end = argument.find(".new:/var/lib/mysql");
            if (!argument.starts_with(key) || end == std::string::npos) continue;
            const std::string staging = argument.substr(key.size(), end + 4 - key.size());
            ++database_runs[staging];
            for (const char* name : {"/mysql", "/wordpress"})
                files_.directories[staging + name] = files_.directories.at(staging);
            files_.files[staging + "/ibdata1"] = {};
        }
        return {0, "OK", ""};
    }
    Faults& faults_;
    FakeFiles& files_;
};

class FakeFacts : public host::Facts {
  public:
    HostFacts facts;
    FakeFacts() {
        facts.php = {
            {"8.2", "/usr/sbin/php-fpm8.2", "/usr/bin/php8.2", {"mysqlnd", "mysqli"}, {"opcache"}}};
        facts.mariadbd = "/usr/sbin/mariadbd";
        facts.nginx = "/usr/sbin/nginx";
        facts.uplink = "eth0";
        facts.resolvers = {*Ipv4::parse("192.0.2.53")};
        facts.cores = {{{"/usr/share/wordpress"},
                        CoreFact{"/usr/share/wordpress", "6.1.9", "6.1.9-00000000"}}};
    }
    const Passage* passage = nullptr;  ///< of the host that it belongs to
    [[nodiscard]] HostFacts gather(const HostConfig&,
                                   const std::vector<CoreSource>&) const override {
        HostFacts found = facts;
        if (passage != nullptr) found.passage = *passage;
        return found;
    }
};

/// What a download gives is in `internet`, by URL; every archive holds WordPress 6.1.9.
class FakeArchives : public host::Archives {
  public:
    FakeArchives(Faults& faults, FakeFiles& files) : faults_(faults), files_(files) {}
    std::map<std::string, std::string> internet;  ///< SHA-256 by URL
    unsigned downloads = 0;

    [[nodiscard]] std::optional<std::string> sha256(const std::string& path) const override {
        const auto file = files_.files.find(path);
        return file == files_.files.end() ? std::nullopt : std::optional(file->second.content);
    }
    void receive(const host::Process::Command& download, const Archive& archive) override {
        const auto turn = faults_.change("download");
        ++downloads;
        if (internet[download.argv.back()] != archive.sha256)
            throw Error(ErrorKind::conflict, "the SHA-256 is another one");
        files_.files[archive.path].content = archive.sha256;
    }
    std::string make_tree(const host::Process::Command&, const Archive& archive,
                          const std::string& to, const std::vector<std::string>&) override {
        const auto turn = faults_.change("unpack to " + to);
        if (sha256(archive.path) != archive.sha256)
            throw Error(ErrorKind::missing, archive.path + " is not there");
        files_.directories[to] = {};
        return "6.1.9";
    }
    void make_plain_tree(const host::Process::Command&, const std::string& to) override {
        const auto turn = faults_.change("make " + to);
        files_.directories[to] = {};
    }

  private:
    Faults& faults_;
    FakeFiles& files_;
};

/// Every site with a vhost answers; one whose vhost turns visitors away does so.
class FakeWeb : public host::WebProbe {
  public:
    FakeWeb(Faults& faults, const FakeFiles& files) : faults_(faults), files_(files) {}
    bool php_answers = true;  ///< new sites are installed by their own PHP
    /// Who was asked for a page: "site-a.example", or the socket of a site's own server; with
    /// "knows " before it, what the host's nginx was asked.
    mutable std::multiset<std::string> asked;

    [[nodiscard]] int status(const Target& target, std::chrono::seconds) const override {
        note(target.name);
        for (const auto& [path, file] : files_.files)
            if (path.starts_with("/etc/nginx/wpns.d/") &&
                file.content.find("server_name " + target.name + ";") != std::string::npos &&
                file.content.find("return 503") != std::string::npos)
                return 503;
        return 200;
    }
    [[nodiscard]] bool knows(const Target& target, std::chrono::seconds) const override {
        note("knows " + target.name);
        return true;
    }
    [[nodiscard]] int status_at(const std::string& socket, const std::string&,
                                std::chrono::seconds) const override {
        note(socket);
        return 200;
    }
    [[nodiscard]] std::string printed_at(const std::string& socket, const std::string& script,
                                         const std::string&, std::chrono::seconds) const override {
        if (!script.ends_with("/install.php")) return {};
        note("php at " + socket);
        try {
            const auto turn = faults_.change("install at " + socket);
        } catch (const Error&) {
            return {};
        }
        return php_answers ? "{\"installed\":true}\n" : "";
    }
    [[nodiscard]] std::set<int> workers() const override { return {}; }

  private:
    /// Sites of a turn are asked at the same time.
    void note(const std::string& question) const {
        const std::lock_guard lock(mutex_);
        asked.insert(question);
    }

    mutable std::mutex mutex_;
    Faults& faults_;
    const FakeFiles& files_;
};

/// Open connections.
class FakeFlows : public host::Flows {
  public:
    std::vector<Flow> open;

    unsigned cut(const std::function<bool(const Flow&)>& forbidden) override {
        return static_cast<unsigned>(std::erase_if(open, forbidden));
    }
    std::vector<Flow6> open6;
    unsigned cut6(const std::function<bool(const Flow6&)>& forbidden) override {
        return static_cast<unsigned>(std::erase_if(open6, forbidden));
    }
};

/// Tells what a test does, one event after the other, and ends.
class FakeFirewallEvents : public host::FirewallEvents {
  public:
    std::vector<std::function<void()>> foreign;  ///< what somebody else does

    void watch(const std::function<void(const std::string&)>& changed,
               const std::function<void()>& neighbours) override {
        changed("");
        neighbours();
        for (const auto& change : foreign) {
            change();
            changed("nft (812)");
            neighbours();
        }
    }
};

/// Knows what a test tells it.
class FakeResolver : public host::Resolver {
  public:
    std::map<std::string, std::vector<AnyAddress>> known;

    [[nodiscard]] std::map<std::string, std::vector<AnyAddress>> look_up(
        std::span<const std::string> names, host::Families families,
        std::chrono::seconds) const override {
        std::map<std::string, std::vector<AnyAddress>> found;
        for (const auto& name : names)
            if (const auto it = known.find(name); it != known.end())
                for (const AnyAddress& address : it->second)
                    if (families == host::Families::both || std::holds_alternative<Ipv4>(address))
                        found[name].push_back(address);
        return found;
    }
};

/// Parts that are kept as they are, with a digest that is their own text's.
class FakeParts : public host::Parts {
  public:
    FakeParts(Faults& faults, FakeFiles& files) : faults_(faults), files_(files) {}

    [[nodiscard]] std::unique_ptr<Writer> create(const std::string& path,
                                                 std::uint64_t limit) override {
        const auto turn = faults_.change("create " + path);
        if (files_.files.contains(path)) throw Error(ErrorKind::conflict, path + " is there");
        return std::make_unique<FakeWriter>(files_.files[path].content, limit);
    }
    [[nodiscard]] std::unique_ptr<Reader> open(const std::string& path, std::uint64_t) override {
        if (!files_.files.contains(path)) throw Error(ErrorKind::missing, path + " is not there");
        return std::make_unique<FakeReader>(files_.files.at(path).content);
    }

  private:
    static BackupPart part_of(const std::string& text) {
        return {text.size(), text.size(), sha256_hex(text)};
    }
    class FakeWriter : public Writer {
      public:
        FakeWriter(std::string& text, std::uint64_t limit) : text_(text), limit_(limit) {}
        void write(std::string_view bytes) override {
            text_ += bytes;
            if (text_.size() > limit_) throw Error(ErrorKind::failed, "too large");
        }
        BackupPart finish() override { return part_of(text_); }

      private:
        std::string& text_;
        std::uint64_t limit_;
    };
    class FakeReader : public Reader {
      public:
        explicit FakeReader(std::string text) : text_(std::move(text)) {}
        std::string_view read() override {
            return std::exchange(done_, true) ? std::string_view() : std::string_view(text_);
        }
        [[nodiscard]] BackupPart summary() const override { return part_of(text_); }

      private:
        std::string text_;
        bool done_ = false;
    };
    Faults& faults_;
    FakeFiles& files_;
};

/// Nobody else writes; somebody may be at work on sites for long.
class FakeLock : public host::WriterLock {
  public:
    std::set<std::string> busy;
    unsigned taken = 0;       ///< how often the host's lock was taken
    unsigned busy_until = 0;  ///< nobody is busy any more once it was taken so often; 0: never
    std::function<void()> while_waiting = [] {};  ///< what others do until the lock is free

    [[nodiscard]] std::shared_ptr<void> take(const std::string&, std::chrono::seconds) override {
        while_waiting();
        if (++taken == busy_until) busy.clear();
        return nullptr;
    }
    [[nodiscard]] Held take(const std::string& verb, const std::vector<SiteName>& sites,
                            std::chrono::seconds patience) override {
        for (const auto& site : sites)
            if (const auto lock = try_site(site, verb); !lock)
                throw lock.error().with_context(site.str());
        return {take(verb, patience), {}};
    }
    [[nodiscard]] std::expected<std::shared_ptr<void>, Error> try_site(
        const SiteName& site, const std::string&) override {
        if (busy.contains(site.str()))
            return std::unexpected(Error(ErrorKind::busy, "somebody backs it up"));
        return nullptr;
    }
};

/// Nothing runs, and every path asked for is there when it is in `paths`.
class FakeWitness : public host::Witness {
  public:
    std::set<std::string> paths;
    std::vector<Running> running;
    bool has_routes = true;

    [[nodiscard]] Ears listen() override { return {4001, 4002, "@ears", nullptr}; }
    [[nodiscard]] std::unique_ptr<Tap> tap(const std::string&) override { return nullptr; }
    [[nodiscard]] std::vector<Ipv4> addresses() const override {
        return {*Ipv4::parse("192.0.2.1")};
    }
    [[nodiscard]] bool routes(Ipv4) const override { return has_routes; }
    [[nodiscard]] bool exists(const std::string& path) const override {
        return paths.contains(path);
    }
    [[nodiscard]] std::vector<std::string> owned_by(const std::string&,
                                                    std::uint32_t) const override {
        return {};
    }
    [[nodiscard]] std::vector<Running> processes(const std::string&) const override {
        return running;
    }
    [[nodiscard]] std::uint64_t namespace_at(const std::string& path) const override {
        return path.starts_with("/run/netns/") ? 2 : 1;
    }
    [[nodiscard]] bool is_locked(const std::string&) const override { return true; }
    [[nodiscard]] std::string unit_text(const std::string&) const override {
        return "[Service]\nUser=wp\n";
    }
};

/// Limits by directory; the filesystem has quotas unless `missing` says why not.
class FakeQuotas : public host::Quotas {
  public:
    FakeQuotas(Faults& faults, FakeFiles& files) : faults_(faults), files_(files) {}
    std::string missing;

    [[nodiscard]] std::string lack(const std::string&) const override { return missing; }
    [[nodiscard]] std::optional<Quota> find(const std::string& directory) const override {
        const auto it = files_.quotas.find(directory);
        return it == files_.quotas.end() ? std::nullopt : std::optional(it->second);
    }
    void set(const std::string& directory, const Quota& quota) override {
        const auto turn = faults_.change("limit " + directory);
        if (!files_.directories.contains(directory))
            throw Error(ErrorKind::missing, directory + " is not there");
        files_.quotas[directory] = quota;
    }
    void lift(const std::string& directory) override {
        const auto turn = faults_.change("lift " + directory);
        if (files_.quotas.contains(directory)) files_.quotas[directory] = {};
    }

  private:
    Faults& faults_;
    FakeFiles& files_;
};

/// Nobody has come for as long as `silence` says, by socket.
class FakeVisits : public host::Visits {
  public:
    std::map<std::string, std::chrono::seconds> silence;
    std::set<std::string> connected;
    std::vector<std::string> marked;

    [[nodiscard]] std::map<std::string, std::chrono::seconds> quiet(
        std::span<const std::string> sockets) override {
        std::map<std::string, std::chrono::seconds> result;
        for (const auto& socket : sockets)
            if (silence.contains(socket)) result[socket] = silence.at(socket);
        return result;
    }
    [[nodiscard]] std::set<std::string> in_use() const override { return connected; }
    void mark(std::span<const std::string> sockets) override {
        for (const auto& socket : sockets) {
            silence[socket] = std::chrono::seconds(0);
            marked.push_back(socket);
        }
    }
};

/// What runs, and what each would manage if it were there.
class FakeLinkManagers : public host::LinkManagers {
  public:
    std::vector<Manager> running;

    [[nodiscard]] std::vector<Manager> look(std::span<const std::string> links) const override {
        auto found = running;
        for (auto& manager : found)
            std::erase_if(manager.managed, [&](const auto& managed) {
                return std::ranges::find(links, managed.first) == links.end();
            });
        return found;
    }
};

/// Chains that drop until they hold our accept.
class FakeNeighbours : public host::Neighbours {
  public:
    explicit FakeNeighbours(Faults& faults) : faults_(faults) {}
    Passage passage;

    [[nodiscard]] Passage look(const Cidr&) const override {
        if (!passage.known) throw Error(ErrorKind::failed, "nft's listing is not as expected");
        return passage;
    }
    /// Besides the chains of `passage`.
    std::vector<ForwardDrop> refusing;
    [[nodiscard]] std::vector<ForwardDrop> refusals(const AnyNetwork& pool) const override {
        std::vector<ForwardDrop> all = pool.is_ipv6() ? Passage{}.drops : passage.drops;
        all.insert(all.end(), refusing.begin(), refusing.end());
        std::erase_if(all, [&](const ForwardDrop& drop) {
            return drop.accepted || drop.ipv6 != pool.is_ipv6();
        });
        return all;
    }
    void accept(const std::string& place, const Cidr& pool) override {
        const auto turn = faults_.change("accept " + place);
        set(place, Accept{pool});
    }
    void take_back(const std::string& place) override {
        const auto turn = faults_.change("take back " + place);
        set(place, std::nullopt);
    }

  private:
    void set(const std::string& place, const std::optional<Accept>& accept) {
        const bool docker = place == names::in_docker;
        (docker ? passage.docker : passage.ufw) = accept;
        for (auto& drop : passage.drops)
            if (drop.owner == (docker ? ForwardDrop::Owner::docker : ForwardDrop::Owner::ufw))
                drop.accepted = accept.has_value();
    }
    Faults& faults_;
};

/// All parts together.
struct FakeHost {
    Faults faults;
    FakeAccounts accounts{faults};
    FakeFiles files{faults};
    FakeNetwork network{faults};
    FakeFirewall firewall{faults};
    FakeUnits units{faults, files};
    FakeProcess process{faults, files};
    FakeFacts facts;
    FakeArchives archives{faults, files};
    FakeWeb web{faults, files};
    FakeLock lock;
    FakeFlows flows;
    FakeResolver resolver;
    FakeWitness witness;
    FakeParts parts{faults, files};
    FakeFirewallEvents firewall_events;
    FakeVisits visits;
    FakeQuotas quotas{faults, files};
    FakeLinkManagers link_managers;
    FakeNeighbours neighbours{faults};
    host::Host host{accounts,        files,  network, firewall,      units,     process, facts,
                    archives,        web,    lock,    flows,         resolver,  witness, parts,
                    firewall_events, visits, quotas,  link_managers, neighbours};

    FakeHost() { facts.passage = &neighbours.passage; }
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    void fail_at(unsigned change) { faults = {0, change, 0}; }
    void kill_at(unsigned change) { faults = {0, 0, change}; }
    void meddle_at(unsigned change, std::function<void()> meddle) {
        faults = {0, 0, 0, change, std::move(meddle)};
    }

    /// All that verbs change on a host, to be kept and put back by assignment.
    [[nodiscard]] auto state() {
        return std::tie(accounts.accounts, files.files, files.directories, files.quotas,
                        files.sysctls, network.names, network.links, network.bridges,
                        firewall.loaded, firewall.elements, firewall.named, units.states,
                        units.enabled_units, process.repository.snapshots, neighbours.passage,
                        visits.silence);
    }
};

}  // namespace wpns::fakes
