#include "host/linux/units_verdict.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t kLines = 5;

using End = JobOutcome::End;
using State = Units::State;

class Judge {
  public:
    Judge(Manager& manager, Goal goal, const JobTime& time)
        : manager_(manager), goal_(goal), time_(time) {}

    std::string judge(const std::string& unit, const JobOutcome& outcome, const State& state) {
        return goal_ == Goal::down ? not_down(unit, outcome, state) : not_up(unit, outcome, state);
    }

  private:
    /// A stop that systemd had to enforce counts too: "failed" does not run.
    std::string not_down(const std::string& unit, const JobOutcome& outcome, const State& state) {
        if (state.active == "inactive" || state.active == "failed") return {};
        if (outcome.unknown_unit) return {};
        return explain(unit, "still " + state.active + "/" + state.sub + after(outcome));
    }

    std::string not_up(const std::string& unit, const JobOutcome& outcome, const State& state) {
        if (outcome.end == End::refused) return "refused: " + outcome.text;
        if (outcome.end == End::unfinished) {
            return explain(unit, "still " + state.active + "/" + state.sub + after(outcome));
        }
        const bool restarts = state.sub == "auto-restart";
        if (outcome.end == End::done && state.active != "failed" && !restarts) {
            if (state.active != "inactive" || goal_ == Goal::not_failed) return {};
            const Cause cause = cause_of(manager_, unit);
            if (cause.result == "success" && cause.type == "oneshot") return {};
            if (cause.result == "success") {
                return explain(unit, "not running: it ended at once, or a condition of it failed");
            }
        }
        return explain(unit, "failed: " + reason(unit, outcome));
    }

    /// "exit-code, status 203": the unit's own word where it has one, else that of the job.
    std::string reason(const std::string& unit, const JobOutcome& outcome) {
        const Cause cause = cause_of(manager_, unit);
        if (cause.result.empty() || cause.result == "success") return outcome.text;
        if (cause.status == 0) return cause.result;
        return cause.result + ", status " + std::to_string(cause.status);
    }

    std::string after(const JobOutcome& outcome) const {
        if (outcome.end != End::unfinished) return ", job " + outcome.text;
        return " after " + std::to_string(time_.patience.count()) + " s";
    }

    std::string explain(const std::string& unit, std::string text) const {
        text += ", see journalctl -u " + unit;
        for (const auto& line : last_lines(unit, time_.begin, kLines)) text += "\n    " + line;
        return text;
    }

    Manager& manager_;
    Goal goal_;
    const JobTime& time_;
};

using States = std::map<std::string, State>;

/// Its job is done, and that of something it needs has had it started once more.
bool starts_again(const JobOutcome& outcome, const State& state) {
    return outcome.end == End::done && state.active == "activating" && state.sub != "auto-restart";
}

/// The states when nothing starts again, or when time is up.
States settled_states(Manager& manager, Goal goal,
                      const std::map<std::string, JobOutcome>& outcomes, const JobTime& time) {
    constexpr std::chrono::milliseconds pause{20};
    std::vector<std::string> names;
    for (const auto& [unit, outcome] : outcomes) names.push_back(unit);
    while (true) {
        auto states = units_named(manager, names);
        const bool settled =
            goal == Goal::down || std::ranges::none_of(outcomes, [&](const auto& outcome) {
                const auto state = states.find(outcome.first);
                return state != states.end() && starts_again(outcome.second, state->second);
            });
        if (settled || std::chrono::system_clock::now() - time.begin > time.patience) return states;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

std::map<std::string, std::string> verdicts(Manager& manager, Goal goal,
                                            const std::map<std::string, JobOutcome>& outcomes,
                                            const JobTime& time) {
    const auto states = settled_states(manager, goal, outcomes, time);
    Judge judge(manager, goal, time);
    std::map<std::string, std::string> texts;
    for (const auto& [unit, outcome] : outcomes) {
        const auto it = states.find(unit);
        const State state =
            it == states.end() ? State{"not-found", "inactive", "dead"} : it->second;
        texts[unit] = judge.judge(unit, outcome, state);
    }
    return texts;
}

}  // namespace wpns::host::linux_os
