#include <algorithm>
#include <iostream>
#include <utility>

#include "apply/doctor.hpp"
#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/proof_report.hpp"
#include "cli/report.hpp"
#include "cli/repository.hpp"
#include "cli/session.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

void print_finding(const apply::Finding& finding) {
    std::cout << (finding.problem.empty() ? "ok    "
                  : finding.bearable      ? "note  "
                                          : "BAD   ")
              << finding.about;
    if (finding.problem.empty()) {
        std::cout << "\n";
        return;
    }
    std::cout << ": " << printable(finding.problem) << "\n";
    if (!finding.meaning.empty()) std::cout << "      " << finding.meaning << "\n";
    for (const auto& command : finding.fix) std::cout << "      # " << printable(command) << "\n";
}

ordered_json json_of(const std::vector<apply::Finding>& findings) {
    auto list = ordered_json::array();
    for (const auto& finding : findings)
        list.push_back({{"about", finding.about},
                        {"ok", finding.problem.empty() || finding.bearable},
                        {"problem", finding.problem},
                        {"meaning", finding.meaning},
                        {"fix", finding.fix}});
    return {{"findings", list}};
}

}  // namespace

int cmd_doctor(const Globals& globals, const host::Host& host) {
    Session session(globals, host, NoFiles::fine);
    std::vector<apply::Finding> findings;
    if (!session.registry().sites.empty())
        findings = apply::examine(host, session.registry(), session.config().host);
    for (auto& finding : examine_repository(session)) findings.push_back(std::move(finding));
    for (auto& finding : examine_proofs(host, session.registry()))
        findings.push_back(std::move(finding));
    if (globals.json)
        print_json(json_of(findings));
    else if (findings.empty())
        std::cout << "no site is set up: nothing to look at\n";
    else
        for (const auto& finding : findings) print_finding(finding);
    const bool well = std::ranges::all_of(findings, [](const apply::Finding& finding) {
        return finding.problem.empty() || finding.bearable;
    });
    return well ? done : failed;
}

}  // namespace wpns::cli
