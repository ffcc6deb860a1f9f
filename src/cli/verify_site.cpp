#include "cli/verify_site.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "apply/parallel.hpp"
#include "apply/sandbox.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "verify/walls.hpp"

namespace wpns::cli {
namespace {

using verify::Check;
using verify::Who;

/// A run takes a second. Ten times as long on an emulated machine, twice that under load: a wall
/// that nobody had the time to try would be an alarm about nothing.
constexpr std::chrono::seconds patience{60};

/// Besides the table's: how the probed service looks from inside. Its words are no numbers.
constexpr const char* own_requests =
    "status text /proc/self/status\nmounts text /proc/self/mountinfo\n";

/// One run of a probe program.
struct Run {
    Who who = Who::php;
    host::Process::Command command;
    std::string answers;
    std::string reason;  ///< why there are no answers
};

std::string role_of(Who who) {
    return who == Who::php ? "php" : who == Who::web ? "web" : "mysqld";
}

/// The walls of a service as systemd has them on disk, drop-ins and all.
std::string service_walls(const host::Host& host, const SiteName& name, Who who) {
    const auto unit = names::unit(name, role_of(who), "service");
    const auto walls = verify::walls_of(host.witness.unit_text(unit));
    if (!walls) throw Error(ErrorKind::config, unit + ": " + walls.error());
    return *walls;
}

/// The account and the network of the site without any other wall.
std::string firewall_alone(const SiteName& name) {
    return "[Service]\nUser=" + names::account(name) + "\nGroup=" + names::account(name) +
           "\nSlice=" + names::slice(name) + "\nNetworkNamespacePath=" + names::netns_path(name) +
           "\nNoNewPrivileges=yes\nCapabilityBoundingSet=\n";
}

/// Nobody, with the right to write frames in the site's network and nothing else.
std::string wire_alone(const SiteName& name) {
    return "[Service]\nDynamicUser=yes\nNetworkNamespacePath=" + names::netns_path(name) +
           "\nNoNewPrivileges=yes\nCapabilityBoundingSet=CAP_NET_RAW\n"
           "AmbientCapabilities=CAP_NET_RAW\nRestrictAddressFamilies=AF_PACKET AF_UNIX\n";
}

std::string exec_walls(Session& session, const SiteName& name) {
    const auto& text =
        session.host().files.read(names::rendered_dir(name) + "/" + names::exec_file);
    if (!text) throw Error(ErrorKind::missing, names::rendered_dir(name) + "/" + names::exec_file);
    const auto walls = verify::walls_of(text->content);
    if (!walls) throw Error(ErrorKind::config, "exec.service: " + walls.error());
    return *walls + "Environment=PHP_INI_SCAN_DIR= PHPRC=/etc/wpns/php.ini\n";
}

std::string walls_for(Session& session, const SiteName& name, Who who) {
    if (who == Who::firewall) return firewall_alone(name);
    if (who == Who::wire) return wire_alone(name);
    if (who == Who::sql || who == Who::fpm) return exec_walls(session, name);
    return service_walls(session.host(), name, who);
}

host::Process::Command command_for(const std::string& walls, Who who) {
    std::vector<std::string> argv{probe_program};
    if (who == Who::sql) argv = {"/usr/bin/php", database_probe};
    if (who == Who::fpm) argv = {"/usr/bin/php", running_probe};
    return apply::sandboxed(walls, argv, apply::Terminal::pipes, patience);
}

void run_one(Session& session, const SiteName& name, const std::string& requests, Run& run) {
    try {
        run.command = command_for(walls_for(session, name, run.who), run.who);
        run.command.input = requests;
        const auto result = session.host().process.run(run.command);
        run.answers = result.out;
        run.reason = "status " + std::to_string(result.status) + " " +
                     printable(std::string(trim(result.err)));
    } catch (const Error& error) {
        run.reason = error.message();
    }
}

bool asks(const std::vector<Check>& checks, Who who) {
    return std::ranges::find(checks, who, &Check::who) != checks.end();
}

/// What an answer of the probe's frames begins with: who hears them is the host.
constexpr std::string_view sent = "sent ";

/// Opened before anything is sent; nothing where a site has no frames to send.
std::unique_ptr<host::Witness::Tap> tap_for(Session& session, const SiteName& name,
                                            const std::vector<Check>& checks) {
    if (!asks(checks, Who::wire)) return nullptr;
    const auto& group = session.registry().sites.at(name).allocation.group;
    try {
        return session.host().witness.tap(names::bridge(group).name);
    } catch (const Error&) {
        return nullptr;
    }
}

/// Whether the host has heard what was sent, byte for byte.
void take_heard(host::Witness::Tap* tap, std::vector<Check>& checks) {
    const auto heard = tap == nullptr ? std::set<std::string>() : tap->heard();
    for (auto& check : checks) {
        if (check.who != Who::wire || !check.got.starts_with(sent)) continue;
        const bool came = heard.contains(check.got.substr(sent.size()));
        check.got = tap == nullptr ? "could not run: the host cannot listen"
                    : came         ? "heard"
                                   : "silent";
    }
}

/// The host itself tries the same.
bool is_tried(verify::Control control) {
    return control == verify::Control::reach || control == verify::Control::alike ||
           control == verify::Control::runs;
}

/// The same requests by the host itself, outside of all walls.
std::string run_controls(Session& session, const std::vector<Check>& checks) {
    host::Process::Command command;
    command.argv = {probe_program};
    command.timeout = patience;
    for (std::size_t number = 0; number < checks.size(); ++number) {
        const auto control = checks[number].control;
        if (is_tried(control))
            command.input += std::to_string(number) + " " + checks[number].request + "\n";
    }
    try {
        return session.host().process.run(command).out;
    } catch (const Error&) {
        return {};
    }
}

bool got_through(const std::string& outcome) {
    return outcome == "connected" || outcome == "answered" || outcome == "ok";
}

void take_controls(Session& session, const std::string& answers, std::vector<Check>& checks) {
    std::vector<Check> controls = checks;
    for (auto& control : controls) control.who = Who::host;
    verify::take_answers(controls, Who::host, answers, "the control did not");
    for (std::size_t number = 0; number < checks.size(); ++number) {
        auto& check = checks[number];
        if (check.control == verify::Control::works) check.control_result = "the probe itself";
        if (check.control == verify::Control::exists) {
            const std::string path = check.request.substr(check.request.rfind(' ') + 1);
            check.control_held = session.host().witness.exists(path);
            check.control_result = check.control_held ? "on the host it is there" : "not there";
        }
        if (is_tried(check.control)) {
            check.control_held = got_through(controls[number].got);
            check.control_result = "the host itself: " + controls[number].got;
        }
    }
}

/// The text of an answer, with \xNN undone.
std::string answer_to(const std::string& answers, const std::string& word) {
    for (const auto line : split(answers, '\n')) {
        if (!line.starts_with(word + "\t")) continue;
        std::string text(line.substr(word.size() + 1));
        const std::string newline = "\\x0a";
        const std::string tab = "\\x09";
        for (auto at = text.find(newline); at != std::string::npos; at = text.find(newline, at))
            text.replace(at, newline.size(), "\n");
        for (auto at = text.find(tab); at != std::string::npos; at = text.find(tab, at))
            text.replace(at, tab.size(), "\t");
        return text;
    }
    return {};
}

}  // namespace

std::vector<Check> verify_site(Session& session, const SiteName& name, const Planned& plan,
                               const host::Witness::Ears& ears) {
    const auto processes = session.host().witness.processes(names::slice(name));
    auto checks = verify::expand(verify::table(), places_of(session, name, ears, processes));
    const auto tap = tap_for(session, name, checks);
    std::vector<Run> runs;
    for (const Who who :
         {Who::php, Who::fpm, Who::database, Who::web, Who::firewall, Who::sql, Who::wire})
        if (who != Who::wire || asks(checks, who)) runs.push_back({who, {}, {}, {}});
    std::string controls;
    const auto problems = apply::in_parallel(runs.size() + 1, [&](std::size_t at) {
        if (at == runs.size()) {
            controls = run_controls(session, checks);
            return;
        }
        const Who who = runs[at].who;
        const bool service = who == Who::php || who == Who::web || who == Who::database;
        run_one(session, name, verify::requests(checks, who) + (service ? own_requests : ""),
                runs[at]);
    });
    std::map<Who, Inside> inside;
    for (const auto& run : runs) {
        verify::take_answers(checks, run.who, run.answers, run.reason);
        inside[run.who] = {answer_to(run.answers, "status"), answer_to(run.answers, "mounts")};
    }
    take_heard(tap.get(), checks);
    take_controls(session, controls, checks);
    std::erase_if(checks, [](const Check& check) {
        return check.control == verify::Control::alike && !check.control_held;
    });
    const auto facts = outside_facts(session, name, plan, inside);
    for (auto& check : checks)
        if (check.who == Who::host) check.got = facts.at(check.request);
    verify::judge(checks, marks_of_others(session, name));
    return checks;
}

}  // namespace wpns::cli
