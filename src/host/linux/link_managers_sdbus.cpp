#include "host/linux/link_managers_sdbus.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "host/linux/units_bus.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;
using Links = std::span<const std::string>;

/// An object of a service on the bus. Asking it does not start the service.
struct BusObject {
    const char* service;
    std::string path;
    const char* interface;
};

constexpr const char* networkd_service = "org.freedesktop.network1";
constexpr const char* network_manager_service = "org.freedesktop.NetworkManager";

Message new_question(sd_bus* bus, const BusObject& object, const char* method) {
    sd_bus_message* message = nullptr;
    check_bus(sd_bus_message_new_method_call(bus, &message, object.service, object.path.c_str(),
                                             object.interface, method),
              "prepare a call");
    Message call(message);
    check_bus(sd_bus_message_set_auto_start(call.get(), 0), "prepare a call");
    return call;
}

/// Somebody has the name on the bus.
bool runs(sd_bus* bus, const char* service) {
    const Message call =
        new_question(bus, {"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"},
                     "NameHasOwner");
    check_bus(sd_bus_message_append(call.get(), "s", service), "prepare a call");
    const auto answer = ask(bus, call, std::chrono::seconds(5));
    if (!answer) throw Error(ErrorKind::failed, "D-Bus: " + answer.error().text);
    int owned = 0;
    check_bus(sd_bus_message_read(answer->get(), "b", &owned), "read an answer");
    return owned != 0;
}

/// One description of all its links.
LinkManagers::Manager ask_networkd(sd_bus* bus, Links links) {
    const Message call = new_question(
        bus, {networkd_service, "/org/freedesktop/network1", "org.freedesktop.network1.Manager"},
        "Describe");
    const auto answer = ask(bus, call, std::chrono::seconds(10));
    if (!answer) throw Error(ErrorKind::failed, "systemd-networkd: " + answer.error().text);
    const char* text = nullptr;
    check_bus(sd_bus_message_read(answer->get(), "s", &text), "read the answer of networkd");
    LinkManagers::Manager found{"systemd-networkd", {}};
    for (const json& link : json::parse(text).value("Interfaces", json::array())) {
        const auto name = link.value("Name", "");
        if (link.value("AdministrativeState", "unmanaged") != "unmanaged" &&
            std::ranges::find(links, name) != links.end())
            found.managed[name] = link.value("NetworkFile", "");
    }
    return found;
}

/// The path of its device; nothing where it knows none of that name.
std::optional<std::string> device_of(sd_bus* bus, const std::string& link) {
    const Message call = new_question(bus,
                                      {network_manager_service, "/org/freedesktop/NetworkManager",
                                       "org.freedesktop.NetworkManager"},
                                      "GetDeviceByIpIface");
    check_bus(sd_bus_message_append(call.get(), "s", link.c_str()), "prepare a call");
    const auto answer = ask(bus, call, std::chrono::seconds(5));
    if (!answer && answer.error().name == "org.freedesktop.NetworkManager.UnknownDevice") return {};
    if (!answer) throw Error(ErrorKind::failed, "NetworkManager: " + answer.error().text);
    const char* path = nullptr;
    check_bus(sd_bus_message_read(answer->get(), "o", &path), "read the answer of NetworkManager");
    return path;
}

bool is_managed(sd_bus* bus, const std::string& device) {
    const Message call = new_question(
        bus, {network_manager_service, device, "org.freedesktop.DBus.Properties"}, "Get");
    check_bus(
        sd_bus_message_append(call.get(), "ss", "org.freedesktop.NetworkManager.Device", "Managed"),
        "prepare a call");
    const auto answer = ask(bus, call, std::chrono::seconds(5));
    if (!answer) throw Error(ErrorKind::failed, "NetworkManager: " + answer.error().text);
    int managed = 0;
    check_bus(sd_bus_message_read(answer->get(), "v", "b", &managed),
              "read the answer of NetworkManager");
    return managed != 0;
}

LinkManagers::Manager ask_network_manager(sd_bus* bus, Links links) {
    LinkManagers::Manager found{"NetworkManager", {}};
    for (const auto& link : links) {
        const auto device = device_of(bus, link);
        if (device && is_managed(bus, *device)) found.managed[link];
    }
    return found;
}

class BusLinkManagers : public LinkManagers {
  public:
    [[nodiscard]] std::vector<Manager> look(Links links) const override {
        std::vector<Manager> found;
        const Bus bus = connect_system_bus();
        if (!bus) return found;
        try {
            if (runs(bus.get(), networkd_service)) found.push_back(ask_networkd(bus.get(), links));
        } catch (const json::exception& error) {
            throw Error(ErrorKind::failed,
                        std::string("the answer of networkd is not as expected: ") + error.what());
        }
        if (runs(bus.get(), network_manager_service))
            found.push_back(ask_network_manager(bus.get(), links));
        return found;
    }
};

}  // namespace

std::unique_ptr<LinkManagers> make_link_managers() {
    return std::make_unique<BusLinkManagers>();
}

}  // namespace wpns::host::linux_os
