#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <expected>
#include <memory>
#include <span>
#include <string>

namespace wpns::host::linux_os {

struct BusCloser {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
struct MessageCloser {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
struct SlotCloser {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Bus = std::unique_ptr<sd_bus, BusCloser>;
using Message = std::unique_ptr<sd_bus_message, MessageCloser>;
using Slot = std::unique_ptr<sd_bus_slot, SlotCloser>;

/// Throws Error{failed} for the negative errno that sd-bus functions return.
int check_bus(int result, const char* what);

/// An answer that is an error: its D-Bus name and its text, made printable.
struct Refusal {
    std::string name;
    std::string text;
    [[nodiscard]] bool is_unknown_unit() const;
};

/// What an error says that came with an answer, or a text where there is none.
[[nodiscard]] Refusal refusal_of(const sd_bus_error* error);

/// The system bus at its fixed address: variables of the environment do not lead elsewhere. None
/// where nobody listens there.
[[nodiscard]] Bus connect_system_bus();

/// Sends a call and waits for its answer.
[[nodiscard]] std::expected<Message, Refusal> ask(sd_bus* bus, const Message& call,
                                                  std::chrono::microseconds timeout);

/// The manager object of systemd, by the system bus or, where that does not run, by the private
/// socket that systemctl uses. Connects when it is first needed.
class Manager {
  public:
    /// The connection; Error{missing} where no systemd runs.
    [[nodiscard]] sd_bus* bus();
    /// What a signal's sender must be: nothing on the private socket, where nobody else is.
    [[nodiscard]] const char* sender() const;

    [[nodiscard]] Message new_call(const char* method);
    [[nodiscard]] std::expected<Message, Refusal> ask(const Message& call,
                                                      std::chrono::microseconds timeout);
    /// `ask` that throws Error{failed}.
    Message call(const Message& call, std::chrono::microseconds timeout = std::chrono::seconds(60));

  private:
    Bus bus_;
    bool is_private_ = false;
};

void append_strings(const Message& message, std::span<const std::string> texts);

}  // namespace wpns::host::linux_os
