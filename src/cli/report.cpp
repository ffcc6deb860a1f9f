#include "cli/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "cli/json.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const plan::Action& action) {
    return {{"site", action.key.site},
            {"verb", plan::to_string(action.verb)},
            {"kind", to_string(action.key.kind)},
            {"resource", action.key.id},
            {"reason", action.reason}};
}

ordered_json errors_of(const Planned& planned, const apply::Report& report) {
    auto errors = ordered_json::object();
    for (const auto& [site, reason] : planned.site_errors)
        errors[site] = ordered_json::array({reason});
    for (const auto& [site, outcome] : report)
        for (const auto& error : outcome.errors) errors[site].push_back(error);
    return errors;
}

std::string name_of(const std::string& site) {
    return site.empty() ? "host" : site;
}

void print_site_errors(const Planned& planned) {
    for (const auto& [site, reason] : planned.site_errors)
        std::cerr << "wpns: " << name_of(site) << ": " << reason << "\n";
    for (const auto& name : planned.orphans)
        std::cerr << "wpns: " << name.str()
                  << " is set up but has no file in sites.d; remove it with: wpns remove "
                  << name.str() << ", or all of them with: wpns sync --prune\n";
}

ordered_json orphans_of(const Planned& planned) {
    auto names = ordered_json::array();
    for (const auto& name : planned.orphans) names.push_back(name.str());
    return names;
}

void print_site_report(const std::string& site, const apply::SiteReport& outcome) {
    for (const auto& error : outcome.errors)
        std::cerr << "wpns: " << name_of(site) << ": " << error << "\n";
    for (const auto& warning : outcome.warnings)
        std::cerr << "wpns: " << name_of(site) << ": warning: " << warning << "\n";
    if (outcome.skipped > 0)
        std::cerr << "wpns: " << name_of(site) << ": " << outcome.skipped
                  << " more steps were not tried; wpns sync goes on from here\n";
    for (const auto& note : outcome.notes) std::cout << name_of(site) << ": " << note << "\n";
    if (!outcome.admin_password.empty())
        std::cout << site << ": administrator's password (shown once): " << outcome.admin_password
                  << "\n";
    if (!outcome.archive.empty())
        std::cout << site << ": files and database are kept in " << outcome.archive << "\n";
    if (outcome.errors.empty() && outcome.done > 0)
        std::cout << name_of(site) << ": " << outcome.done
                  << (outcome.done == 1 ? " change" : " changes") << "\n";
}

ordered_json report_json(const Planned& planned, const apply::Report& report) {
    auto sites = ordered_json::object();
    for (const auto& [site, outcome] : report) {
        auto& entry =
            sites[name_of(site)] = {{"changes", outcome.done}, {"skipped", outcome.skipped}};
        if (!outcome.admin_password.empty()) entry["admin_password"] = outcome.admin_password;
        if (!outcome.notes.empty()) entry["notes"] = outcome.notes;
        if (!outcome.archive.empty()) entry["archive"] = outcome.archive;
    }
    return {
        {"sites", sites}, {"orphans", orphans_of(planned)}, {"errors", errors_of(planned, report)}};
}

}  // namespace

void print_plan(const Globals& globals, const Planned& planned) {
    if (globals.json) {
        auto actions = ordered_json::array();
        for (const auto& action : planned.plan.actions) actions.push_back(to_json(action));
        return print_json({{"actions", actions},
                           {"orphans", orphans_of(planned)},
                           {"errors", errors_of(planned, {})}});
    }
    for (const auto& action : planned.plan.actions)
        std::cout << name_of(action.key.site) << ": " << plan::describe(action) << " ("
                  << action.reason << ")\n";
    if (planned.plan.actions.empty()) std::cout << "nothing to do\n";
    print_site_errors(planned);
}

void print_no_quotas(const std::string& lack) {
    if (!lack.empty())
        std::cerr << "wpns: note: nothing limits the disk of sites: " << lack
                  << " (wpns doctor says more)\n";
}

apply::Options apply_options(const Globals& globals, std::size_t actions) {
    apply::Options result;
    result.interrupted = globals.interrupted;
    if (globals.json || (!globals.verbose && isatty(STDERR_FILENO) == 0)) return result;
    const auto count = std::make_shared<std::size_t>(0);
    result.progress.end = [count, actions](const plan::Action& action, const std::string& error) {
        std::cerr << "[" << ++*count << "/" << actions << "] " << name_of(action.key.site) << ": "
                  << plan::describe(action) << (error.empty() ? "" : " FAILED") << "\n";
    };
    return result;
}

int print_report(const Globals& globals, const Planned& planned, const apply::Report& report) {
    if (globals.json) {
        print_json(report_json(planned, report));
    } else {
        for (const auto& [site, outcome] : report) print_site_report(site, outcome);
        if (report.empty() && planned.site_errors.empty()) std::cout << "nothing to do\n";
        print_site_errors(planned);
    }
    return first_error(planned, report) ? failed : done;
}

std::optional<std::string> first_error(const Planned& planned, const apply::Report& report) {
    if (!planned.site_errors.empty()) return planned.site_errors.begin()->second;
    for (const auto& [site, outcome] : report)
        if (!outcome.errors.empty()) return outcome.errors.front();
    return std::nullopt;
}

void print_warnings(const config::Config& config, const std::set<SiteName>& only) {
    const auto is_meant = [&](const config::Problem& warning) {
        return only.empty() || std::ranges::any_of(only, [&](const SiteName& name) {
                   return warning.file.ends_with("/" + name.str() + ".toml");
               });
    };
    for (const auto& warning : config.warnings)
        if (is_meant(warning)) std::cerr << "warning: " << config::describe(warning);
}

bool confirm(const std::string& question, bool yes) {
    if (yes) return true;
    if (isatty(STDIN_FILENO) == 0)
        throw Error(ErrorKind::usage, "this needs an answer and there is no terminal", "say --yes");
    std::cerr << question << " [y/N] ";
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void print_error(const Globals& globals, const Error& error) {
    if (globals.json) {
        print_json({{"error", error.message()}, {"remedy", error.remedy()}});
        return;
    }
    std::cerr << "wpns: " << error.message() << "\n";
    if (!error.remedy().empty()) std::cerr << "  " << error.remedy() << "\n";
}

void tell(const SiteName& site, const std::string& words) {
    std::cerr << "wpns: " << site.str() << ": " << words << "\n";
}

SiteName site_name(const std::string& text) {
    auto name = SiteName::parse(text);
    if (!name)
        throw Error(ErrorKind::usage,
                    "\"" + printable(text) + "\" is no site name: " + name.error());
    return std::move(*name);
}

}  // namespace wpns::cli
