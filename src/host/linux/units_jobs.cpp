#include "host/linux/units_jobs.hpp"

#include <algorithm>
#include <utility>

namespace wpns::host::linux_os {
namespace {

using std::chrono::microseconds;

microseconds left_until(Deadline deadline) {
    const auto left = std::chrono::ceil<microseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, microseconds(0));
}

}  // namespace

Jobs::Jobs(Manager& manager) : manager_(manager) {
    sd_bus* bus = manager_.bus();
    sd_bus_slot* slot = nullptr;
    check_bus(
        sd_bus_match_signal(bus, &slot, manager_.sender(), "/org/freedesktop/systemd1",
                            "org.freedesktop.systemd1.Manager", "JobRemoved", on_removed, this),
        "listen to systemd");
    slot_.reset(slot);
    // systemd sends signals only while somebody has subscribed; it forgets us with the connection.
    // A second time on one connection is refused, which does no harm.
    (void)manager_.ask(manager_.new_call("Subscribe"), std::chrono::seconds(60));
}

int Jobs::on_removed(sd_bus_message* message, void* self, sd_bus_error*) {
    std::uint32_t id = 0;
    const char* path = nullptr;
    const char* unit = nullptr;
    const char* result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0) return 0;
    auto& jobs = *static_cast<Jobs*>(self);
    jobs.ended_.insert_or_assign(path, result);
    jobs.running_.erase(path);
    return 0;
}

void Jobs::queue(const char* method, const std::string& unit, Deadline deadline) {
    // The system bus lets a client wait for 128 answers (dbus-daemon, max_replies_per_connection).
    constexpr std::size_t most_at_once = 64;
    while (asked_.size() >= most_at_once && listen(deadline)) {
    }
    const Message call = manager_.new_call(method);
    check_bus(sd_bus_message_append(call.get(), "ss", unit.c_str(), "replace"), "prepare a call");
    outcomes_[unit].method = method;
    Asked& asked = asked_.emplace_back(*this, unit);
    sd_bus_slot* slot = nullptr;
    // A manager that reloads answers late, but it does answer.
    const auto patience = left_until(deadline) + std::chrono::seconds(5);
    const int result = sd_bus_call_async(manager_.bus(), &slot, call.get(), on_answer, &asked,
                                         static_cast<std::uint64_t>(patience.count()));
    asked.slot.reset(slot);
    check_bus(result, "ask systemd for a job");
}

int Jobs::on_answer(sd_bus_message* message, void* asked, sd_bus_error*) {
    auto& one = *static_cast<Asked*>(asked);
    auto& jobs = one.jobs;
    jobs.note_answer(message, one.unit);
    jobs.asked_.remove_if([&](const Asked& other) { return &other == &one; });
    return 0;
}

void Jobs::note_answer(sd_bus_message* message, const std::string& unit) {
    const char* path = nullptr;
    const sd_bus_error* error = sd_bus_message_get_error(message);
    if (error != nullptr || sd_bus_message_read(message, "o", &path) < 0) {
        const Refusal refusal = refusal_of(error);
        outcomes_[unit] = {JobOutcome::End::refused, refusal.text, refusal.is_unknown_unit(),
                           outcomes_[unit].method};
        return;
    }
    jobs_.insert_or_assign(unit, path);
    if (!ended_.contains(path)) running_.insert(path);
}

bool Jobs::listen(Deadline deadline) {
    sd_bus* bus = manager_.bus();
    if (check_bus(sd_bus_process(bus, nullptr), "listen to systemd") > 0) return true;
    const auto left = left_until(deadline);
    if (left == microseconds(0)) return false;
    check_bus(sd_bus_wait(bus, static_cast<std::uint64_t>(left.count())), "listen to systemd");
    return true;
}

std::map<std::string, JobOutcome> Jobs::wait(Deadline deadline) {
    while ((!asked_.empty() || !running_.empty()) && listen(deadline)) {
    }
    for (const auto& [unit, path] : jobs_) {
        const auto it = ended_.find(path);
        JobOutcome& outcome = outcomes_[unit];
        if (it == ended_.end()) continue;
        // "skipped": the unit was in the wanted state already.
        const bool done = it->second == "done" || it->second == "skipped";
        outcome.end = done ? JobOutcome::End::done : JobOutcome::End::failed;
        outcome.text = it->second;
    }
    return std::move(outcomes_);
}

}  // namespace wpns::host::linux_os
