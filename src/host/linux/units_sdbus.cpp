#include "host/linux/units_sdbus.hpp"

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <memory>
#include <set>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/fd.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/units_again.hpp"
#include "host/linux/units_bus.hpp"
#include "host/linux/units_jobs.hpp"
#include "host/linux/units_look.hpp"
#include "host/linux/units_starting.hpp"
#include "host/linux/units_verdict.hpp"
#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

using namespace std::chrono_literals;
using Names = std::span<const std::string>;
using Results = std::map<std::string, std::string>;
using Outcomes = std::map<std::string, JobOutcome>;

/// systemd reads every unit file again: seconds with some thousand of them.
constexpr auto kReloadTimeout = 300s;

class SdBusUnits final : public Units {
  public:
    [[nodiscard]] std::map<std::string, State> list(Names patterns) const override {
        if (patterns.empty()) return {};
        return units_matching(manager_, patterns);
    }

    [[nodiscard]] std::map<std::string, State> find(Names names) const override {
        if (names.empty()) return {};
        return units_named(manager_, names);
    }

    /// GetUnitFileState looks through all directories for each name; this does it once.
    [[nodiscard]] std::vector<std::string> enabled(Names names) const override {
        const std::set<std::string> wanted(names.begin(), names.end());
        std::set<std::string> found;
        for (const auto& name : entries(std::string(names::unit_dir))) {
            if (!name.ends_with(".wants") && !name.ends_with(".requires")) continue;
            for (auto& link : entries(std::string(names::unit_dir) + "/" + name)) {
                if (wanted.contains(link)) found.insert(std::move(link));
            }
        }
        return {found.begin(), found.end()};
    }

    Results start(Names names, std::chrono::seconds deadline) override {
        return run("StartUnit", Goal::up, names, deadline);
    }
    Results restart(Names names, std::chrono::seconds deadline) override {
        let_start(names, deadline);
        return run("RestartUnit", Goal::up, names, deadline);
    }
    Results try_restart(Names names, std::chrono::seconds deadline) override {
        let_start(names, deadline);
        return run("TryRestartUnit", Goal::not_failed, names, deadline);
    }
    Results reload(Names names, std::chrono::seconds deadline) override {
        return run("ReloadUnit", Goal::up, names, deadline);
    }
    Results stop(Names names, std::chrono::seconds deadline) override {
        let_start(names, deadline);
        return run("StopUnit", Goal::down, names, deadline);
    }

    [[nodiscard]] Ending begin(Names restarts, Names starts,
                               std::chrono::seconds patience) override {
        let_start(restarts, patience);
        return queued({{"RestartUnit", restarts}, {"StartUnit", starts}}, patience);
    }

    [[nodiscard]] Ending begin_reload(Names names, std::chrono::seconds patience) override {
        return queued({{"ReloadUnit", names}}, patience);
    }

    void read_ahead(const std::string& name) override {
        const Message call = manager_.new_call("LoadUnit");
        check_bus(sd_bus_message_append(call.get(), "s", name.c_str()), "prepare a call");
        check_bus(sd_bus_message_set_expect_reply(call.get(), 0), "prepare a call");
        check_bus(sd_bus_send(manager_.bus(), call.get(), nullptr), "send a call to systemd");
    }

    [[nodiscard]] bool hang_up(const std::string& name) override {
        const Message call = manager_.new_call("KillUnit");
        check_bus(sd_bus_message_append(call.get(), "ssi", name.c_str(), "main", SIGHUP),
                  "prepare a call");
        return manager_.ask(call, 60s).has_value();
    }

    void queue_start(const std::string& name) override { queue_one(name, "StartUnit"); }
    void queue_restart(const std::string& name) override { queue_one(name, "RestartUnit"); }

    void enable(Names names) override {
        if (names.empty()) return;
        failpoint(Failpoint::units_enable);
        const Message call = manager_.new_call("EnableUnitFiles");
        append_strings(call, names);
        check_bus(sd_bus_message_append(call.get(), "bb", 0, 0), "prepare a call");
        manager_.call(call);
    }

    void disable(Names names) override {
        if (names.empty()) return;
        failpoint(Failpoint::units_disable);
        if (disable_at_once(names)) return;
        // One name without a file fails all: then each by itself, and that one is no matter.
        for (const auto& name : names) (void)disable_at_once({&name, 1});
    }

    void daemon_reload() override {
        failpoint(Failpoint::units_reload);
        manager_.call(manager_.new_call("Reload"), kReloadTimeout);
    }

    void reset_failed(Names names) override {
        for (const auto& name : names) {
            const Message call = manager_.new_call("ResetFailedUnit");
            check_bus(sd_bus_message_append(call.get(), "s", name.c_str()), "prepare a call");
            const auto reply = manager_.ask(call, 60s);
            if (reply || reply.error().is_unknown_unit()) continue;
            throw Error(ErrorKind::failed, "reset " + name + ": " + reply.error().text);
        }
    }

  private:
    void queue_one(const std::string& name, const char* method) {
        const Message call = manager_.new_call(method);
        check_bus(sd_bus_message_append(call.get(), "ss", name.c_str(), "replace"),
                  "prepare a call");
        manager_.call(call, 5s);
    }

    static std::vector<std::string> entries(const std::string& path) {
        const UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        return fd.valid() ? names_in(fd.get(), path) : std::vector<std::string>();
    }

    bool disable_at_once(Names names) {
        const Message call = manager_.new_call("DisableUnitFiles");
        append_strings(call, names);
        check_bus(sd_bus_message_append(call.get(), "b", 0), "prepare a call");
        const auto reply = manager_.ask(call, 60s);
        if (reply) return true;
        if (reply.error().is_unknown_unit()) return false;
        throw Error(ErrorKind::failed, "systemd, DisableUnitFiles: " + reply.error().text);
    }

    /// What a run that was killed, or a visitor, has started.
    void let_start(Names names, std::chrono::seconds patience) {
        constexpr std::chrono::seconds longest = 60s;
        wait_for_starting(manager_, names,
                          std::chrono::steady_clock::now() + std::min(patience, longest));
    }

    static void queue(Jobs& jobs, const char* method, Names names, Deadline deadline) {
        for (const auto& name : names) {
            failpoint(Failpoint::unit_job);
            jobs.queue(method, name, deadline);
        }
        failpoint(Failpoint::unit_jobs_queued);
    }

    /// Jobs that are queued here and waited for by what comes back.
    Ending queued(std::initializer_list<std::pair<const char*, Names>> wishes,
                  std::chrono::seconds patience) {
        const auto begin = std::chrono::system_clock::now();
        const Deadline deadline = std::chrono::steady_clock::now() + patience;
        auto jobs = std::make_shared<Jobs>(manager_);
        for (const auto& [method, names] : wishes) queue(*jobs, method, names, deadline);
        return [this, jobs = std::move(jobs), deadline, patience, begin] {
            auto outcomes = jobs->wait(deadline);
            try_again(outcomes, deadline);
            return verdicts(manager_, Goal::up, outcomes, {patience, begin});
        };
    }

    Results run(const char* method, Goal goal, Names names, std::chrono::seconds patience) {
        if (names.empty()) return {};
        const auto begin = std::chrono::system_clock::now();
        const Deadline deadline = std::chrono::steady_clock::now() + patience;
        Jobs jobs(manager_);
        queue(jobs, method, names, deadline);
        auto outcomes = jobs.wait(deadline);
        if (goal != Goal::down) try_again(outcomes, deadline);
        return verdicts(manager_, goal, outcomes, {patience, begin});
    }

    /// Repeats the jobs that `failed_in_passing`, for some two seconds: what takes longer is no
    /// matter of milliseconds.
    void try_again(Outcomes& outcomes, Deadline deadline) {
        constexpr int attempts = 20;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const auto names = failed_in_passing(manager_, outcomes);
            if (names.empty()) return;
            std::this_thread::sleep_for(100ms);
            Jobs jobs(manager_);
            for (const auto& name : names) jobs.queue(outcomes.at(name).method, name, deadline);
            for (auto& [unit, outcome] : jobs.wait(deadline)) outcomes[unit] = std::move(outcome);
        }
    }

    mutable Manager manager_;
};

}  // namespace

std::unique_ptr<Units> make_units() {
    return std::make_unique<SdBusUnits>();
}

}  // namespace wpns::host::linux_os
