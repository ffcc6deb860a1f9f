#include "host/linux/units_bus.hpp"

#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* kName = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kInterface = "org.freedesktop.systemd1.Manager";
constexpr const char* kBusSocket = "unix:path=/run/dbus/system_bus_socket";
constexpr const char* kPrivateSocket = "unix:path=/run/systemd/private";

class BusError {
  public:
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { sd_bus_error_free(&error_); }
    [[nodiscard]] sd_bus_error* get() { return &error_; }
    [[nodiscard]] Refusal refusal(int result) const {
        if (error_.name == nullptr) return {"", std::generic_category().message(-result)};
        return refusal_of(&error_);
    }

  private:
    sd_bus_error error_ = SD_BUS_ERROR_NULL;
};

/// None where nobody listens there. The addresses are fixed: variables of the environment do not
/// lead elsewhere.
Bus connect(const char* address, bool is_private) {
    sd_bus* fresh = nullptr;
    check_bus(sd_bus_new(&fresh), "prepare D-Bus");
    Bus bus(fresh);
    check_bus(sd_bus_set_address(fresh, address), "prepare D-Bus");
    if (!is_private) check_bus(sd_bus_set_bus_client(fresh, 1), "prepare D-Bus");
    return sd_bus_start(fresh) < 0 ? nullptr : std::move(bus);
}

}  // namespace

int check_bus(int result, const char* what) {
    if (result < 0) throw_errno(what, -result);
    return result;
}

Refusal refusal_of(const sd_bus_error* error) {
    if (error == nullptr || error->name == nullptr) return {"", "systemd's answer is not readable"};
    return {error->name, printable(error->message == nullptr ? error->name : error->message)};
}

Bus connect_system_bus() {
    return connect(kBusSocket, false);
}

std::expected<Message, Refusal> ask(sd_bus* bus, const Message& call,
                                    std::chrono::microseconds timeout) {
    BusError error;
    sd_bus_message* reply = nullptr;
    const auto usec = static_cast<std::uint64_t>(timeout.count());
    const int result = sd_bus_call(bus, call.get(), usec, error.get(), &reply);
    if (result < 0) return std::unexpected(error.refusal(result));
    return Message(reply);
}

bool Refusal::is_unknown_unit() const {
    return name == "org.freedesktop.systemd1.NoSuchUnit" ||
           name == "org.freedesktop.DBus.Error.FileNotFound";
}

sd_bus* Manager::bus() {
    if (bus_ && sd_bus_is_open(bus_.get()) > 0) return bus_.get();
    is_private_ = false;
    bus_ = connect_system_bus();
    if (!bus_) {
        is_private_ = true;
        bus_ = connect(kPrivateSocket, true);
    }
    if (!bus_) throw Error(ErrorKind::missing, "systemd does not answer: it is not running here");
    return bus_.get();
}

const char* Manager::sender() const {
    return is_private_ ? nullptr : kName;
}

Message Manager::new_call(const char* method) {
    sd_bus_message* message = nullptr;
    check_bus(sd_bus_message_new_method_call(bus(), &message, kName, kPath, kInterface, method),
              "prepare a call to systemd");
    return Message(message);
}

std::expected<Message, Refusal> Manager::ask(const Message& call,
                                             std::chrono::microseconds timeout) {
    return linux_os::ask(bus(), call, timeout);
}

Message Manager::call(const Message& call, std::chrono::microseconds timeout) {
    auto reply = ask(call, timeout);
    if (reply) return std::move(*reply);
    const char* method = sd_bus_message_get_member(call.get());
    throw Error(ErrorKind::failed, std::string("systemd, ") + method + ": " + reply.error().text);
}

void append_strings(const Message& message, std::span<const std::string> texts) {
    std::vector<char*> pointers;
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    check_bus(sd_bus_message_append_strv(message.get(), pointers.data()), "prepare a call");
}

}  // namespace wpns::host::linux_os
