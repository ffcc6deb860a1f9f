#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "base/failpoint.hpp"
#include "cli/report.hpp"

namespace wpns::cli {
namespace {

/// In front of a word that CLI11 would take for a list, "[x]": see words_for_parser.
constexpr char no_list = '\1';

/// A verb: options live as long as the program, `run` gets them when the verb was given.
template <typename Options, typename Run>
CLI::App* verb(CLI::App& app, Command& command, const char* name, const char* help,
               const std::shared_ptr<Options>& options, Run run) {
    auto* sub = app.add_subcommand(name, help);
    sub->callback([&command, options, run] {
        command = [options, run](const Globals& globals, const host::Host& host) {
            return run(globals, host, *options);
        };
    });
    return sub;
}

void declare_add(CLI::App& app, Command& command) {
    auto options = std::make_shared<AddOptions>();
    auto* sub = verb(app, command, "add", "Set up a site; writes its file where there is none",
                     options, cmd_add);
    sub->add_option("NAME", options->name, "Name of the site")->required();
    sub->add_option("--domain", options->domain, "Server name and URL (default: NAME.example)");
    sub->add_option("--title", options->title, "Title of the WordPress site");
    sub->add_option("--admin-email", options->admin_email, "E-mail address of the administrator");
    sub->add_option("--admin-password-file", options->admin_password_file,
                    "First line is the administrator's password; - reads standard input");
}

void declare_remove(CLI::App& app, Command& command) {
    auto options = std::make_shared<RemoveOptions>();
    auto* sub = verb(app, command, "remove", "Take a site down; its data is kept in an archive",
                     options, cmd_remove);
    sub->add_option("NAME", options->name, "Name of the site")->required();
    sub->add_flag("--purge", options->purge, "Destroy files and database instead of keeping them");
    sub->add_flag("--yes", options->yes, "Answer every question with yes");
}

void declare_sync(CLI::App& app, Command& command) {
    auto options = std::make_shared<SyncOptions>();
    auto* sub = verb(app, command, "sync", "Make the host equal to the files", options, cmd_sync);
    sub->add_option("NAME", options->names, "Only these sites");
    sub->add_flag("--prune", options->prune, "Remove sites that have no file any more");
    sub->add_flag("--no-cache", options->no_cache, "Compare also what has not changed since");
    sub->add_flag("--yes", options->yes, "Answer every question with yes");
}

void declare_plan(CLI::App& app, Command& command) {
    auto options = std::make_shared<PlanOptions>();
    auto* sub = verb(app, command, "plan", "Show what sync would do, and why; changes nothing",
                     options, cmd_plan);
    sub->add_option("NAME", options->names, "Only these sites");
    sub->add_flag("--prune", options->prune, "As if sync were given --prune");
    sub->add_flag("--no-cache", options->no_cache, "Compare also what has not changed since");
    sub->add_flag("--exit-code", options->exit_code, "Exit with 3 when there is something to do");
}

void declare_reading(CLI::App& app, Command& command) {
    verb(app, command, "list", "List the sites", std::make_shared<int>(),
         [](const Globals& globals, const host::Host& host, int) {
             return cmd_list(globals, host);
         });
    auto status = std::make_shared<StatusOptions>();
    auto* sub =
        verb(app, command, "status", "Show the state of all sites or of one", status, cmd_status);
    sub->add_option("NAME", status->name, "Only this site");
    sub->add_flag("--exit-code", status->exit_code,
                  "Exit with 3 when a site is degraded or absent");
    auto egress = std::make_shared<EgressOptions>();
    sub = verb(app, command, "egress", "Show what a site may reach, and what it was refused",
               egress, cmd_egress);
    sub->add_option("NAME", egress->name, "Name of the site")->required();
    auto verify = std::make_shared<VerifyOptions>();
    sub = verb(app, command, "verify", "Prove from inside each site that its walls hold", verify,
               cmd_verify);
    sub->add_option("NAME", verify->names, "Only these sites");
    verb(app, command, "doctor", "Show what is in the way of the sites' network, with the fix",
         std::make_shared<int>(), [](const Globals& globals, const host::Host& real, int) {
             return cmd_doctor(globals, real);
         });
    auto check = std::make_shared<CheckOptions>();
    sub =
        verb(app, command, "check", "Check configuration files; touches nothing", check, cmd_check);
    sub->add_option("FILE", check->files, "Only these files");
}

void declare_parking(CLI::App& app, Command& command) {
    auto park = std::make_shared<ParkOptions>();
    auto* sub = verb(app, command, "park", "Stop the services of sites until somebody comes", park,
                     cmd_park);
    sub->add_option("NAME", park->names, "Names of sites")->required();
    auto wake = std::make_shared<ParkOptions>();
    sub = verb(app, command, "wake", "Start the services of parked sites", wake, cmd_wake);
    sub->add_option("NAME", wake->names, "Names of sites")->required();
    auto* idle = app.add_subcommand("idle")->group("");
    idle->callback([&command] { command = cmd_idle; });
}

void declare_exec(CLI::App& app, Command& command) {
    auto options = std::make_shared<ExecOptions>();
    auto* sub = verb(app, command, "exec", "Run a program as the site, inside its sandbox", options,
                     [](const Globals& globals, const host::Host& host, ExecOptions given) {
                         // CLI11 keeps the "--" that ends the options.
                         if (!given.argv.empty() && given.argv.front() == "--")
                             given.argv.erase(given.argv.begin());
                         for (auto& word : given.argv)
                             if (word.starts_with(no_list)) word.erase(0, 1);
                         return cmd_exec(globals, host, given);
                     });
    sub->add_option("NAME", options->name, "Name of the site")->required();
    sub->add_option("CMD", options->argv, "Program and arguments, after --")->required();
}

void declare_backup(CLI::App& app, Command& command) {
    auto options = std::make_shared<BackupOptions>();
    auto* sub = verb(app, command, "backup", "Back up a site while it serves", options, cmd_backup);
    auto* name =
        sub->add_option("NAME", options->name, "Name of the site; with --check also a path");
    auto* to =
        sub->add_option("--to", options->to,
                        "Directory of root's, or \"repository\" (default: the repository where "
                        "one is configured, else /var/lib/wpns/backups)");
    auto* check = sub->add_flag("--check", options->check,
                                "Read a backup again and compare it; changes nothing");
    sub->add_flag("--prove", options->prove,
                  "Restore the newest backup for a test, look at it and throw it away")
        ->excludes(to)
        ->excludes(check);
    sub->add_flag("--all", options->all,
                  "Every site, as the timers do; of those backups only the newest are kept")
        ->excludes(name)
        ->excludes(to)
        ->excludes(check);
    sub->add_flag("--prune", options->prune,
                  "Free the room of forgotten backups in the repository, as a timer does")
        ->excludes(name)
        ->excludes(to)
        ->excludes(check)
        ->excludes("--all")
        ->excludes("--prove");
    auto back = std::make_shared<RestoreOptions>();
    sub = verb(app, command, "restore", "Bring a site to the state of a backup", back, cmd_restore);
    sub->add_option("NAME", back->name, "Name of the site")->required();
    sub->add_option("--at", back->at,
                    "Time or path of a backup, or restic:ID (default: the newest)");
    sub->add_flag("--yes", back->yes, "Answer every question with yes");
}

void declare_clone(CLI::App& app, Command& command) {
    auto options = std::make_shared<CloneOptions>();
    auto* sub = verb(app, command, "clone", "Make a new site that is a copy of another", options,
                     cmd_clone);
    sub->add_option("NAME", options->original, "Name of the site that is copied")->required();
    sub->add_option("NEW", options->copy, "Name of the new site")->required();
    sub->add_option("--domain", options->domain, "Its server name and URL (default: NEW.example)");
    sub->add_flag("--same-url", options->same_url,
                  "A shadow: it takes itself for the original, reaches nobody, and runs no tasks");
    sub->add_flag("--muted", options->muted, "It reaches nobody: network.egress = \"none\"");
}

void declare_archive(CLI::App& app, Command& command) {
    auto* archive = app.add_subcommand("archive", "List, bring back or destroy removed sites");
    archive->require_subcommand(1);
    verb(*archive, command, "list", "List archives and backups", std::make_shared<int>(),
         [](const Globals& globals, const host::Host& host, int) {
             return cmd_archive_list(globals, host);
         });
    auto options = std::make_shared<ArchiveOptions>();
    auto* back = verb(*archive, command, "restore", "Bring a removed site back as it was", options,
                      cmd_archive_restore);
    auto* purge = verb(*archive, command, "purge", "Destroy an archive or a backup for good",
                       options, cmd_archive_purge);
    for (auto* sub : {back, purge})
        sub->add_option("NAME-STAMP", options->name, "Its name in the list")->required();
    purge->add_flag("--yes", options->yes, "Answer every question with yes");
}

void declare_registry(CLI::App& app, Command& command) {
    auto* registry = app.add_subcommand("registry", "Help where the registry is damaged or lost");
    registry->require_subcommand(1);
    auto options = std::make_shared<RegistryOptions>();
    auto* sub = verb(*registry, command, "rebuild",
                     "Propose a registry from older generations and from what is on the host",
                     options, cmd_registry_rebuild);
    sub->add_flag("--write", options->write, "Put it in place; the damaged one is kept beside it");
    sub->add_flag("--yes", options->yes, "Answer every question with yes");
}

/// For units at boot; not in the help.
void declare_boot(CLI::App& app, Command& command) {
    auto* firewall = app.add_subcommand("firewall")->group("");
    firewall->require_subcommand(1);
    verb(*firewall, command, "up", "Load the firewall from the registry", std::make_shared<int>(),
         [](const Globals&, const host::Host& host, int) { return cmd_firewall_up(host); });
    verb(*firewall, command, "watch", "Load the firewall again whenever somebody changes it",
         std::make_shared<int>(),
         [](const Globals&, const host::Host& host, int) { return cmd_firewall_watch(host); });
    verb(*firewall, command, "accept", "Have other firewalls let the sites through",
         std::make_shared<int>(),
         [](const Globals&, const host::Host& host, int) { return cmd_firewall_accept(host); });
    auto* resolve = app.add_subcommand("resolve")->group("");
    resolve->callback([&command] {
        command = [](const Globals&, const host::Host& host) { return cmd_resolve(host); };
    });
    auto* netns = app.add_subcommand("netns")->group("");
    netns->require_subcommand(1);
    auto name = std::make_shared<std::string>();
    auto* up = verb(*netns, command, "up", "Make the network of a recorded site", name,
                    [](const Globals&, const host::Host& host, const std::string& site) {
                        return cmd_netns_up(host, site);
                    });
    up->add_option("NAME", *name)->required();
    auto site = std::make_shared<std::string>();
    auto* install = app.add_subcommand("install")->group("");
    install->add_option("NAME", *site)->required();
    install->callback([&command, site] {
        command = [site](const Globals&, const host::Host& host) {
            return cmd_install(host, *site);
        };
    });
}

/// Only in a test build.
void declare_failpoints(CLI::App& app, Command& command) {
    auto* sub = verb(app, command, "failpoints", "List the steps for WPNS_FAILPOINT",
                     std::make_shared<int>(), [](const Globals&, const host::Host&, int) {
                         for (const auto& name : failpoint_names) std::cout << name << '\n';
                         return done;
                     });
    sub->group("");
}

}  // namespace

std::vector<std::string> words_for_parser(std::span<char* const> words) {
    std::vector<std::string> result;
    bool options_ended = false;
    for (const std::string word : words) {
        const bool looks_special = word.starts_with('[') || word.starts_with(no_list);
        result.push_back(options_ended && looks_special ? no_list + word : word);
        options_ended = options_ended || word == "--";
    }
    std::ranges::reverse(result);
    return result;
}

void declare(CLI::App& app, Globals& globals, Command& command) {
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", "wpns " WPNS_VERSION);
    app.add_option("--config-dir", globals.config_dir, "Directory of wpns.toml and sites.d")
        ->capture_default_str();
    app.add_flag("--json", globals.json, "Machine-readable output");
    app.add_flag("-v,--verbose", globals.verbose, "One line a step");
    declare_add(app, command);
    declare_remove(app, command);
    declare_sync(app, command);
    declare_plan(app, command);
    declare_reading(app, command);
    declare_parking(app, command);
    declare_exec(app, command);
    declare_backup(app, command);
    declare_clone(app, command);
    declare_archive(app, command);
    declare_registry(app, command);
    declare_boot(app, command);
    if (has_failpoints()) declare_failpoints(app, command);
}

}  // namespace wpns::cli
