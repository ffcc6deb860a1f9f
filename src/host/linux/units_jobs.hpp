#pragma once

#include <chrono>
#include <list>
#include <map>
#include <set>
#include <string>

#include "host/linux/units_bus.hpp"

namespace wpns::host::linux_os {

using Deadline = std::chrono::steady_clock::time_point;

/// How the job of one unit went.
struct JobOutcome {
    enum class End {
        done,        ///< systemd says "done", or had nothing to do
        refused,     ///< there was no job: unknown unit, masked, not allowed
        unfinished,  ///< still queued or running at the deadline
        failed,      ///< "failed", "timeout", "dependency", "canceled", ...
    };
    End end = End::unfinished;
    std::string text;  ///< systemd's word for it, or its text
    bool unknown_unit = false;
    const char* method = nullptr;  ///< as given to `Jobs::queue`
};

/// Jobs at once: queue all, then wait for all. systemd is told of the next ones while it begins
/// with the first. Listens from its construction on, so that no end is missed.
class Jobs {
  public:
    explicit Jobs(Manager& manager);
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;
    ~Jobs() = default;

    /// `method` is one of those of the manager that take a unit and a mode: "StartUnit"; a literal.
    void queue(const char* method, const std::string& unit, Deadline deadline);
    /// By unit; returns when all have ended or at the deadline.
    [[nodiscard]] std::map<std::string, JobOutcome> wait(Deadline deadline);

  private:
    /// A call that has not been answered yet.
    struct Asked {
        Jobs& jobs;
        std::string unit;
        Slot slot{};
    };

    static int on_removed(sd_bus_message* message, void* self, sd_bus_error* error);
    static int on_answer(sd_bus_message* message, void* asked, sd_bus_error* error);
    void note_answer(sd_bus_message* message, const std::string& unit);
    /// Takes in what has come, or waits for something to come; false at the deadline.
    bool listen(Deadline deadline);

    Manager& manager_;
    std::list<Asked> asked_;
    std::map<std::string, std::string> ended_;  ///< job path to result, of jobs of others too
    std::map<std::string, std::string> jobs_;   ///< unit to job path
    std::set<std::string> running_;             ///< paths of those that have not ended
    std::map<std::string, JobOutcome> outcomes_;
    Slot slot_;
};

}  // namespace wpns::host::linux_os
