#include "host/linux/units_starting.hpp"

#include <algorithm>
#include <string_view>
#include <thread>
#include <vector>

#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {
namespace {

std::vector<std::string> services_of(std::span<const std::string> names) {
    constexpr std::string_view socket = ".socket";
    std::vector<std::string> services;
    for (const auto& name : names) {
        if (name.ends_with(".service")) services.push_back(name);
        if (name.ends_with(socket))
            services.push_back(name.substr(0, name.size() - socket.size()) + ".service");
    }
    return services;
}

/// Only a service that tells when it is ready: another one may take as long as it likes.
bool is_starting(Manager& manager, const std::string& unit, const Units::State& state) {
    return state.active == "activating" && state.sub == "start" &&
           cause_of(manager, unit).type == "notify";
}

}  // namespace

void wait_for_starting(Manager& manager, std::span<const std::string> names, Deadline deadline) {
    constexpr std::chrono::milliseconds pause{20};
    const auto services = services_of(names);
    if (services.empty()) return;
    const auto any_starts = [&] {
        return std::ranges::any_of(units_named(manager, services), [&](const auto& unit) {
            return is_starting(manager, unit.first, unit.second);
        });
    };
    while (any_starts() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(pause);
}

}  // namespace wpns::host::linux_os
