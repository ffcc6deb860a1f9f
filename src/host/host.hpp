#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "model/facts.hpp"
#include "model/flow.hpp"
#include "model/forward_drop.hpp"
#include "model/host_config.hpp"
#include "model/manifest.hpp"
#include "model/refusals.hpp"
#include "model/resolved_target.hpp"
#include "model/resource.hpp"

/// The only folder that touches the OS, behind narrow interfaces in our own words. All functions
/// throw wpns::Error; the bulk forms exist because one listing is cheaper than many questions.
namespace wpns::host {

/// Local system accounts (/etc/passwd, /etc/group).
class Accounts {
  public:
    virtual ~Accounts() = default;
    /// All accounts the host resolves by these names; absent ones are not in the map. gid differing
    /// from uid, a login shell or a home directory that exists make it different from ours:
    /// reported as uid with the top bit set.
    [[nodiscard]] virtual std::map<std::string, Account> find(
        std::span<const std::string> names) const = 0;
    /// Every uid and gid in use on the host, sorted.
    [[nodiscard]] virtual std::vector<std::uint32_t> taken_ids() const = 0;
    /// Creates all of them in one go: system accounts with these numbers, locked, /nonexistent,
    /// nologin, own group.
    virtual void create(const std::map<std::string, Account>& accounts) = 0;
    virtual void remove(const std::string& name) = 0;
};

/// Root-world files and directories: every component of a path belongs to root and nobody else can
/// write it.
class Files {
  public:
    virtual ~Files() = default;
    /// Nothing where the path does not exist. A path of another type (a directory where a file is
    /// asked for) is an error.
    [[nodiscard]] virtual std::optional<File> read(const std::string& path) const = 0;
    [[nodiscard]] virtual std::optional<Directory> stat_directory(
        const std::string& path) const = 0;
    /// False for everything that is no directory, or not there.
    [[nodiscard]] virtual bool is_directory(const std::string& path) const = 0;
    /// Names in a directory, sorted; empty where it does not exist. Looks at the top only.
    [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) const = 0;
    /// Atomic and durable: random name beside it, fsync, rename, fsync of the directory. Before or
    /// after, never between.
    virtual void write(const std::string& path, const File& file) = 0;
    /// The same for several by path, in one go: each is durable when this returns. When it throws,
    /// some may be written, each of them whole.
    virtual void write_many(const std::map<std::string, File>& files) {
        for (const auto& [path, file] : files) write(path, file);
    }
    /// Creates it or corrects owner and mode; missing parents are made root's, 0755.
    virtual void make_directory(const std::string& path, const Directory& directory) = 0;
    /// Absent is fine. What a killed run has staged beside it goes as well.
    virtual void remove_file(const std::string& path) = 0;
    virtual void remove_directory(const std::string& path) = 0;  ///< empty only; absent is fine
    /// One rename within a filesystem, durable; `to` must not exist.
    virtual void rename(const std::string& from, const std::string& to) = 0;
    /// Two directories of one filesystem change places in one step, durable with all that is below
    /// them: before or after, never between.
    virtual void exchange(const std::string& one, const std::string& other) = 0;
    /// Bytes on disk of everything below a directory; a tree that root does not own is looked at as
    /// its owner. What cannot be read does not count.
    [[nodiscard]] virtual std::uint64_t tree_size(const std::string& directory) const = 0;
    /// Deletes everything below a directory that `uid` owns, as that uid (gid alike), then the
    /// empty directory as root.
    virtual void purge_tree(const std::string& directory, std::uint32_t uid) = 0;
    /// Copies a trusted, root-owned tree to `to`, links resolved, names in `skip` (relative paths)
    /// left out, as root:root 0755/0644 with the times of the originals; built beside it and
    /// renamed, so `to` is whole or not there.
    virtual void copy_trusted_tree(const std::string& from, const std::string& to,
                                   const std::vector<std::string>& skip) = 0;
    virtual void purge_trusted_tree(const std::string& directory) = 0;
    /// Copies a tree of files and directories that `from_uid` alone owns, and in which nobody is
    /// writing, to `to` as `to_uid`'s own (gid alike): blocks shared where the filesystem can,
    /// holes kept; built beside it and renamed, so `to` is whole or not there.
    virtual void clone_tree(const std::string& from, std::uint32_t from_uid, const std::string& to,
                            std::uint32_t to_uid) = 0;
    /// "net.ipv4.ip_forward", without the newline.
    [[nodiscard]] virtual std::string sysctl(const std::string& key) const = 0;
    virtual void set_sysctl(
        const std::string& key,
        const std::string& value) = 0;  ///< "net.ipv4.ip_forward"; only on difference
};

/// Named network namespaces and the veth pairs between them and the host.
class Network {
  public:
    virtual ~Network() = default;
    /// Names under /run/netns that are namespaces; a stale plain file is not in it.
    [[nodiscard]] virtual std::vector<std::string> namespaces() const = 0;
    /// Makes /run/netns/NAME as `ip netns add` would, lo up, IPv6 off. A stale file of that name is
    /// replaced.
    virtual void create_namespace(const std::string& name) = 0;
    virtual void remove_namespace(const std::string& name) = 0;  ///< absent is fine
    /// The observed layer 3 set-up of these wanted links, by name of the host end: one dump of the
    /// host's links, one look into each namespace. Whatever is missing shows as a zero field; a
    /// missing host end is not in the map.
    [[nodiscard]] virtual std::map<std::string, Link> find_links(
        std::span<const Link> wanted) const = 0;
    /// Both ends created in their places in one message, then addresses, neighbours, up, default
    /// route inside. Corrects what differs where the link exists already.
    virtual void ensure_link(const Link& link) = 0;
    virtual void remove_link(
        const std::string& host_end) = 0;  ///< waits until it is gone; absent is fine
    /// Routes and addresses of the host without those on links of our group; uplink and its MTU.
    virtual void gather(HostFacts& facts) const = 0;
};

/// Table inet wpns.
class Firewall {
  public:
    virtual ~Firewall() = default;
    /// The table as the kernel has it: `digest` is that of the text it was loaded from, kept in the
    /// table's comment, or "changed" where that is the wanted one but chains, rules or fixed sets
    /// are not those that `wanted.text` makes. Nothing where there is no table.
    [[nodiscard]] virtual std::optional<FirewallTable> table(const FirewallTable& wanted) const = 0;
    /// All sites in the maps, by name of the host end.
    [[nodiscard]] virtual std::map<std::string, FirewallSite> sites() const = 0;
    /// Replaces the whole table and all elements in one transaction.
    virtual void load(const FirewallTable& table, std::span<const FirewallSite> sites) = 0;
    /// Adds, changes and removes elements in one transaction. `removed` are elements as observed.
    virtual void change(std::span<const FirewallSite> put,
                        std::span<const FirewallSite> removed) = 0;
    virtual void remove_table() = 0;
    /// The chains of others that drop what sites send, because they drop by policy and accept
    /// neither the pool nor our links. Reads the tables of others: not for every day.
    [[nodiscard]] virtual std::vector<ForwardDrop> forward_drops(const Cidr& pool) const = 0;
    /// What the site behind the host end of that name tried in vain; nothing without a table.
    [[nodiscard]] virtual Refusals refusals(const std::string& link) const = 0;
    /// The addresses of host names that are let through at present, of all sites.
    [[nodiscard]] virtual std::vector<ResolvedTarget> resolved() const = 0;
    /// Lets `put` through for an hour from now on, and `removed` (as observed) no more, in one
    /// transaction. No two of one link may hold the same packet.
    virtual void change_resolved(std::span<const ResolvedTarget> put,
                                 std::span<const ResolvedTarget> removed) = 0;
};

/// Changes of table inet wpns that other programs make.
class FirewallEvents {
  public:
    virtual ~FirewallEvents() = default;
    /// Listens from now on. Calls `changed` once at the start and then after every change by
    /// another program, at once, and once after several that came meanwhile; `who` is the last such
    /// program and its process ("nft (812)"), and empty at the start. Ends by an Error only.
    virtual void watch(const std::function<void(const std::string& who)>& changed) = 0;
};

/// Open connections, as the kernel follows them.
class Flows {
  public:
    virtual ~Flows() = default;
    /// Ends every IPv4 flow for which `forbidden` says so: its next packet is one of a new
    /// connection, which the firewall judges. How many they were.
    virtual unsigned cut(const std::function<bool(const Flow&)>& forbidden) = 0;
};

/// Names of the internet.
class Resolver {
  public:
    virtual ~Resolver() = default;
    /// The IPv4 addresses of each name, asked for all at once; a name that has none or gave no
    /// answer before the deadline is not in the map.
    [[nodiscard]] virtual std::map<std::string, std::vector<Ipv4>> look_up(
        std::span<const std::string> names, std::chrono::seconds deadline) const = 0;
};

/// systemd, by D-Bus.
class Units {
  public:
    struct State {
        std::string load;    ///< "loaded", "not-found"
        std::string active;  ///< "active", "inactive", "failed", "activating", ...
        std::string sub;     ///< "running", "listening", ...
    };
    virtual ~Units() = default;
    /// All loaded units whose names match a shell pattern ("wpns-*@*"), one call.
    [[nodiscard]] virtual std::map<std::string, State> list(
        std::span<const std::string> patterns) const = 0;
    /// Those of the names that are enabled.
    [[nodiscard]] virtual std::vector<std::string> enabled(
        std::span<const std::string> names) const = 0;
    /// Queues all jobs, waits until each has ended; the result per unit, empty when it is up
    /// ("failed: exit-code, see journalctl -u NAME" and its last lines otherwise). `deadline`
    /// counts for all together.
    [[nodiscard]] virtual std::map<std::string, std::string> start(
        std::span<const std::string> names, std::chrono::seconds deadline) = 0;
    /// As `start`. A service that is just starting may come up first, here and in `stop`.
    [[nodiscard]] virtual std::map<std::string, std::string> restart(
        std::span<const std::string> names, std::chrono::seconds deadline) = 0;
    /// As `restart` for those that run when it is their turn; the others stay down, which is no
    /// failure.
    [[nodiscard]] virtual std::map<std::string, std::string> try_restart(
        std::span<const std::string> names, std::chrono::seconds deadline) = 0;
    [[nodiscard]] virtual std::map<std::string, std::string> reload(
        std::span<const std::string> names, std::chrono::seconds deadline) = 0;
    [[nodiscard]] virtual std::map<std::string, std::string> stop(
        std::span<const std::string> names, std::chrono::seconds deadline) = 0;
    /// Queues a restart and does not wait for it.
    virtual void queue_restart(const std::string& name) = 0;
    virtual void enable(std::span<const std::string> names) = 0;
    virtual void disable(std::span<const std::string> names) = 0;
    virtual void daemon_reload() = 0;
    /// Forgets failures of a unit, so that it counts as absent.
    virtual void reset_failed(std::span<const std::string> names) = 0;
};

/// External programs: absolute path, argument vector, nothing inherited, time-out, no shell.
class Process {
  public:
    struct Command {
        std::vector<std::string> argv;  ///< argv[0] is an absolute path
        std::string input;              ///< standard input; /dev/null where empty
        std::map<std::string, std::string>
            environment;  ///< the whole environment besides PATH and LANG=C.UTF-8
        std::chrono::seconds timeout{60};
        std::size_t output_limit = 1U << 20;  ///< bytes of stdout and of stderr that are kept
        int input_file = -1;   ///< an open file that becomes standard input, instead of `input`
        int output_file = -1;  ///< an open file that becomes standard output: `out` stays empty
        /// Gets standard output piece by piece instead of Result::out. What it throws ends the
        /// program and leaves run().
        std::function<void(std::string_view)> output;
        /// Gives standard input piece by piece after `input`; an empty piece ends it.
        std::function<std::string_view()> feed;
    };
    struct Result {
        int status = 0;  ///< exit status, 128 + signal where it was killed
        std::string out;
        std::string err;
    };
    virtual ~Process() = default;
    /// Runs to the end. A time-out kills the whole group and throws Error{timeout}; a program that
    /// is not there throws Error{missing}. A non-zero status is not an error here.
    virtual Result run(const Command& command) = 0;
    /// The terminal is handed over until it ends; the exit status comes back. For `wpns exec`.
    virtual int run_attached(const Command& command) = 0;
};

/// Compressed files of root's, written and read as streams: parts of backups.
class Parts {
  public:
    class Writer {
      public:
        virtual ~Writer() = default;
        /// Error{failed} where it would become longer than its limit.
        virtual void write(std::string_view bytes) = 0;
        /// Ends the file; it is durable when this returns.
        virtual BackupPart finish() = 0;
    };
    class Reader {
      public:
        virtual ~Reader() = default;
        /// The next piece, good until the next call; empty at the end. Error{conflict} where the
        /// file is damaged, cut or longer than its limit.
        virtual std::string_view read() = 0;
        /// Of what has been read so far.
        [[nodiscard]] virtual BackupPart summary() const = 0;
    };
    virtual ~Parts() = default;
    /// A new file that only root can read; it must not exist. `limit` is in bytes before
    /// compression.
    [[nodiscard]] virtual std::unique_ptr<Writer> create(const std::string& path,
                                                         std::uint64_t limit) = 0;
    [[nodiscard]] virtual std::unique_ptr<Reader> open(const std::string& path,
                                                       std::uint64_t limit) = 0;
};

/// What planning must know of the host beyond our own resources.
class Facts {
  public:
    virtual ~Facts() = default;
    /// Looks at programs, routes, resolvers and the WordPress sources `core_sources`, once.
    /// Downloads and unpacks nothing.
    [[nodiscard]] virtual HostFacts gather(const HostConfig& config,
                                           const std::vector<CoreSource>& core_sources) const = 0;
};

/// Archives of WordPress, and the trees made from them. Nothing here believes a byte of them.
class Archives {
  public:
    /// An archive in the root world, and what it must be.
    struct Archive {
        std::string path;
        std::string sha256;
    };
    virtual ~Archives() = default;
    /// The SHA-256 of a root-world file; nothing where there is none.
    [[nodiscard]] virtual std::optional<std::string> sha256(const std::string& path) const = 0;
    /// Runs `download` and keeps what it writes to standard output, root's and 0600, when it ends
    /// with status 0 and the bytes have the SHA-256 of `archive`. Else Error, and nothing is kept.
    virtual void receive(const Process::Command& download, const Archive& archive) = 0;
    /// Runs `unpacker` with the archive at standard input and makes the tree `to` from the records
    /// that it writes (model/archive_tree.hpp): root's, 0755 and 0644, without the names in `skip`,
    /// built beside it and renamed, so `to` is whole or not there. Error when the archive is not
    /// the one with that SHA-256, when the unpacker fails and when the records are no WordPress.
    /// Gives the version of WordPress in it, empty where it cannot be read.
    virtual std::string make_tree(const Process::Command& unpacker, const Archive& archive,
                                  const std::string& to, const std::vector<std::string>& skip) = 0;
};

/// A visitor of the host's web server.
class WebProbe {
  public:
    struct Target {
        Ipv4 address;
        std::uint16_t port = 80;
        std::string name;  ///< Host header
    };
    virtual ~WebProbe() = default;
    /// The status of `GET /`, or 0 where nobody answers within `patience`.
    [[nodiscard]] virtual int status(const Target& target, std::chrono::seconds patience) const = 0;
};

/// Who comes by the sockets of the sites. Nothing runs or counts for it.
class Visits {
  public:
    virtual ~Visits() = default;
    /// How long ago somebody connected to each of these sockets, or it was made or marked. A visit
    /// since the call before counts as one of now. What is no socket is left out; Error{missing}
    /// where that cannot be known.
    [[nodiscard]] virtual std::map<std::string, std::chrono::seconds> quiet(
        std::span<const std::string> sockets) = 0;
    /// Paths of the sockets in the host's network namespace to which a connection is open or waits.
    [[nodiscard]] virtual std::set<std::string> in_use() const = 0;
    /// As if somebody came now.
    virtual void mark(std::span<const std::string> sockets) = 0;
};

/// One writer at a time on the whole host.
class WriterLock {
  public:
    virtual ~WriterLock() = default;
    /// The lock, held until the last copy of the result is gone or the process ends. Throws
    /// Error{busy} with the process and the verb that hold it after `patience`.
    [[nodiscard]] virtual std::shared_ptr<void> take(const std::string& verb,
                                                     std::chrono::seconds patience) = 0;
};

/// Looks at the host from outside of the sites, for `wpns verify`. Changes nothing that stays.
class Witness {
  public:
    /// Sockets of ours on every address of the host, as a service of the host would have them.
    /// Whoever reaches UDP gets an answer. They are gone with the last copy of `open`.
    struct Ears {
        std::uint16_t tcp = 0;
        std::uint16_t udp = 0;
        std::string abstract;  ///< "@NAME", a socket without a path
        std::shared_ptr<void> open;
    };
    struct Running {
        int pid = 0;
        std::string unit;                                 ///< the unit that it belongs to
        std::vector<std::uint32_t> uids;                  ///< real, effective, saved, file system
        std::map<std::string, std::uint64_t> namespaces;  ///< "net", "mnt", ... to their numbers
        std::string status;                               ///< text of /proc/PID/status
        std::string mounts;                               ///< text of /proc/PID/mountinfo
    };
    virtual ~Witness() = default;
    [[nodiscard]] virtual Ears listen() = 0;
    /// The host's IPv4 addresses without 127.0.0.0/8.
    [[nodiscard]] virtual std::vector<Ipv4> addresses() const = 0;
    /// The host knows a way to an address. Nothing is sent.
    [[nodiscard]] virtual bool routes(Ipv4 address) const = 0;
    /// Anything has this path; links are not followed.
    [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
    /// Files of that owner right below a directory.
    [[nodiscard]] virtual std::vector<std::string> owned_by(const std::string& directory,
                                                            std::uint32_t uid) const = 0;
    /// Processes of a slice and of what is in it, by pid.
    [[nodiscard]] virtual std::vector<Running> processes(const std::string& slice) const = 0;
    /// The number of a namespace by its path; 0 where there is none.
    [[nodiscard]] virtual std::uint64_t namespace_at(const std::string& path) const = 0;
    /// Nobody can log in with a password.
    [[nodiscard]] virtual bool is_locked(const std::string& account) const = 0;
    /// The text of a unit as systemd has it on disk, with all its drop-ins.
    [[nodiscard]] virtual std::string unit_text(const std::string& unit) const = 0;
};

/// Everything an action may touch. References: the owner outlives it.
struct Host {
    Accounts& accounts;
    Files& files;
    Network& network;
    Firewall& firewall;
    Units& units;
    Process& process;
    Facts& facts;
    Archives& archives;
    WebProbe& web;
    WriterLock& lock;
    Flows& flows;
    Resolver& resolver;
    Witness& witness;
    Parts& parts;
    FirewallEvents& firewall_events;
    Visits& visits;
};

}  // namespace wpns::host
