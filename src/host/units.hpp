#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wpns::host {

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
    /// The units of these names, one call: cheaper than as patterns, each of which is tried on each
    /// unit. One that is not loaded may be in the result, as inactive.
    [[nodiscard]] virtual std::map<std::string, State> find(
        std::span<const std::string> names) const = 0;
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
    /// What waits for queued jobs; to be called once.
    using Ending = std::function<std::map<std::string, std::string>()>;
    /// Queues restarts and starts as `restart` and `start` do, and leaves the waiting to what comes
    /// back, which gives their results. `deadline` counts from now.
    [[nodiscard]] virtual Ending begin(std::span<const std::string> restarts,
                                       std::span<const std::string> starts,
                                       std::chrono::seconds deadline) {
        auto results = restart(restarts, deadline);
        results.merge(start(starts, deadline));
        return [results = std::move(results)] { return results; };
    }
    /// The same for reloads.
    [[nodiscard]] virtual Ending begin_reload(std::span<const std::string> names,
                                              std::chrono::seconds deadline) {
        auto results = reload(names, deadline);
        return [results = std::move(results)] { return results; };
    }
    /// Has systemd look for unit files that have come since it last did, and does not wait: the
    /// first question after that costs it a look at all of them (unit_file_build_name_map).
    virtual void read_ahead(const std::string& name) = 0;
    /// Sends SIGHUP to the main process of a service, which systemd does without a job and without
    /// a program. False where there is no such process.
    [[nodiscard]] virtual bool hang_up(const std::string& name) = 0;
    /// Queues a start and does not wait for it; nothing happens where it is just starting.
    virtual void queue_start(const std::string& name) = 0;
    /// Queues a restart and does not wait for it.
    virtual void queue_restart(const std::string& name) = 0;
    virtual void enable(std::span<const std::string> names) = 0;
    virtual void disable(std::span<const std::string> names) = 0;
    virtual void daemon_reload() = 0;
    /// Forgets failures of a unit, so that it counts as absent.
    virtual void reset_failed(std::span<const std::string> names) = 0;
};

}  // namespace wpns::host
