#include "host/linux/units_look.hpp"

#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

/// Reads the answer of the ListUnits family.
std::map<std::string, Units::State> read_units(sd_bus_message* reply) {
    std::map<std::string, Units::State> units;
    check_bus(sd_bus_message_enter_container(reply, 'a', "(ssssssouso)"), "read a list of units");
    const char *name = nullptr, *load = nullptr, *active = nullptr, *sub = nullptr;
    while (check_bus(sd_bus_message_read(reply, "(ssssssouso)", &name, nullptr, &load, &active,
                                         &sub, nullptr, nullptr, nullptr, nullptr, nullptr),
                     "read a list of units") > 0) {
        units.insert_or_assign(name, Units::State{load, active, sub});
    }
    return units;
}

std::string object_path(const std::string& unit) {
    char* path = nullptr;
    check_bus(sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path),
              "name a unit");
    const std::unique_ptr<char, void (*)(void*)> owner(path, std::free);
    return path;
}

/// "org.freedesktop.systemd1.Service" of "x.service"
std::string interface_of(const std::string& unit) {
    std::string kind = unit.substr(unit.rfind('.') + 1);
    if (!kind.empty() && kind.front() >= 'a') kind.front() = static_cast<char>(kind.front() - 32);
    return "org.freedesktop.systemd1." + kind;
}

/// Empty where the unit has no such property.
std::string text_property(sd_bus* bus, const std::string& unit, const char* property) {
    char* text = nullptr;
    if (sd_bus_get_property_string(bus, "org.freedesktop.systemd1", object_path(unit).c_str(),
                                   interface_of(unit).c_str(), property, nullptr, &text) < 0) {
        return {};
    }
    const std::unique_ptr<char, void (*)(void*)> owner(text, std::free);
    return text;
}

}  // namespace

std::map<std::string, Units::State> units_matching(Manager& manager,
                                                   std::span<const std::string> patterns) {
    const Message call = manager.new_call("ListUnitsByPatterns");
    append_strings(call, {});
    append_strings(call, patterns);
    return read_units(manager.call(call).get());
}

std::map<std::string, Units::State> units_named(Manager& manager,
                                                std::span<const std::string> names) {
    const Message call = manager.new_call("ListUnitsByNames");
    append_strings(call, names);
    return read_units(manager.call(call).get());
}

Cause cause_of(Manager& manager, const std::string& unit) {
    sd_bus* bus = manager.bus();
    Cause cause;
    cause.result = text_property(bus, unit, "Result");
    cause.type = text_property(bus, unit, "Type");
    (void)sd_bus_get_property_trivial(bus, "org.freedesktop.systemd1", object_path(unit).c_str(),
                                      interface_of(unit).c_str(), "ExecMainStatus", nullptr, 'i',
                                      &cause.status);
    return cause;
}

std::vector<std::string> needs_of(Manager& manager, const std::string& unit) {
    char** names = nullptr;
    if (sd_bus_get_property_strv(manager.bus(), "org.freedesktop.systemd1",
                                 object_path(unit).c_str(), "org.freedesktop.systemd1.Unit",
                                 "Requires", nullptr, &names) < 0) {
        return {};
    }
    std::vector<std::string> needs;
    for (char** name = names; *name != nullptr; ++name) {
        needs.emplace_back(*name);
        std::free(*name);
    }
    std::free(names);
    return needs;
}

}  // namespace wpns::host::linux_os
