#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

/// What `wpns verify` asks and what it makes of the answers: pure. The effects (running the probe
/// program, looking at the host) are cli/verify_site.cpp.
namespace wpns::verify {

/// Who tries. php, web and database are the accounts of those services in the exact sandbox of
/// each, as its unit has it on disk; fpm is a child of the PHP-FPM that runs, with the walls that
/// this one got at its start; firewall is the site's account in its namespace without any sandbox,
/// so that only the firewall stands between; wire is nobody in that namespace, with the one right
/// to write frames, which no program of the site has; sql is the site's database user; host is no
/// probe but a look from outside.
enum class Who { php, fpm, web, database, firewall, wire, sql, host };
inline constexpr Who everybody[] = {Who::php,      Who::fpm,  Who::web, Who::database,
                                    Who::firewall, Who::wire, Who::sql, Who::host};
[[nodiscard]] const char* to_string(Who who);

/// What shows that a probe that is refused could have got through.
enum class Control {
    none,    ///< none at the time: verify-control.bats runs a sample without walls
    works,   ///< the probe itself is positive: it must work
    reach,   ///< the host connects to the same address and port
    alike,   ///< the host gets the same answer; where it gets none, there is nothing to probe
    exists,  ///< the path is there on the host; where it is not, there is nothing to probe
    runs,    ///< the process is there on the host
};

/// One wall: what its failure means and what to do.
struct Wall {
    const char* means;
    const char* remedy;
};

/// One row of the table. `request` is a line for the probe program (or for the database) with
/// {places}; a row is asked once for every value of a place, and not at all where there is none.
/// `expected` are the outcomes that count as passed, with | between them; "~a,b" stands for a list
/// of names that are all among these, "!" for a text that names no other site.
struct Probe {
    const char* id;
    std::vector<Who> who;
    const char* name;
    const char* request;
    const char* expected;
    Control control;
    const Wall* wall;
};

/// All probes. Each id is unique for each who.
[[nodiscard]] std::vector<Probe> table();

/// Values of {places}; one that is missing or empty leaves out the rows that name it.
using Places = std::map<std::string, std::vector<std::string>>;

/// One probe of one site, with its answer.
struct Check {
    std::string id;
    std::string name;
    Who who = Who::host;
    std::string request;
    std::string expected;
    Control control = Control::none;
    const Wall* wall = nullptr;
    std::string got;
    std::string control_result;  ///< in words; empty where there is none
    bool control_held = true;
    bool passed = false;
};

/// The table for one site. A row with several values of a place becomes several checks, whose names
/// say which.
[[nodiscard]] std::vector<Check> expand(const std::vector<Probe>& probes, const Places& places);

/// The requests of one who, a line each, numbered by their places in `checks`.
[[nodiscard]] std::string requests(std::span<const Check> checks, Who who);

/// Puts the answers ("NUMBER<tab>OUTCOME" lines) where they belong. A request without an answer got
/// "could not run: " and `reason`.
void take_answers(std::span<Check> checks, Who who, const std::string& answers,
                  const std::string& reason);

/// Sets `passed`: what was expected came, and the control held. `foreign` are texts that only
/// another site's paths and accounts hold ("rendered/NAME", "wp-NAME").
void judge(std::span<Check> checks, const std::set<std::string>& foreign);

/// Whether `got` is among `expected` (see Probe).
[[nodiscard]] bool as_expected(const std::string& expected, const std::string& got,
                               const std::set<std::string>& foreign);

}  // namespace wpns::verify
