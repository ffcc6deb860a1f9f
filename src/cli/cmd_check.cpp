#include <iostream>

#include "apply/registry_file.hpp"
#include "cli/config_files.hpp"
#include "cli/json.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

nlohmann::ordered_json to_json(const config::Problem& problem) {
    return {{"file", problem.file},     {"line", problem.line},
            {"column", problem.column}, {"reason", problem.reason},
            {"remedy", problem.remedy}, {"source_line", problem.source_line}};
}

}  // namespace

/// Reads and checks, and touches nothing: no lock, no facts, no host.
int cmd_check(const Globals& globals, const host::Host& host, const CheckOptions& options) {
    const auto config = options.files.empty() ? read_config(host.files, globals.config_dir)
                                              : read_config_files(options.files);
    if (globals.json) {
        auto problems = nlohmann::ordered_json::array();
        for (const auto& problem : config.problems) problems.push_back(to_json(problem));
        auto warnings = nlohmann::ordered_json::array();
        for (const auto& warning : config.warnings) warnings.push_back(to_json(warning));
        print_json(
            {{"sites", config.sites.size()}, {"problems", problems}, {"warnings", warnings}});
    } else {
        for (const auto& problem : config.problems) std::cerr << config::describe(problem);
        print_warnings(config, {});
        if (config.problems.empty())
            std::cout << config.sites.size() << (config.sites.size() == 1 ? " site" : " sites")
                      << ", no problem\n";
    }
    return config.problems.empty() ? done : bad_input;
}

}  // namespace wpns::cli
