#pragma once

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/linux/nl_message.hpp"

namespace wpns::host::linux_os::nl {

/// What the kernel sent back; the messages stay where they were received.
class Replies {
  public:
    /// Calls `visit(nlmsghdr*)` for every message of that type.
    template <typename Visit>
    void each(int type, Visit visit) const {
        for (const Buffer& buffer : buffers_) {
            int left = buffer.size;
            auto* message = reinterpret_cast<nlmsghdr*>(buffer.bytes.get());
            for (; nlmsg_ok(message, left) != 0; message = nlmsg_next(message, &left))
                if (message->nlmsg_type == type) visit(message);
        }
    }

  private:
    friend class Socket;
    struct Free {
        void operator()(unsigned char* bytes) const noexcept { std::free(bytes); }
    };
    struct Buffer {
        std::unique_ptr<unsigned char, Free> bytes;
        int size = 0;
    };
    std::vector<Buffer> buffers_;
};

/// What became of one request.
struct Answer {
    int error = 0;             ///< 0, or a positive errno
    std::string reason;        ///< the kernel's own sentence (extended ack); often empty
    bool interrupted = false;  ///< the dump is inconsistent: something changed meanwhile
    Replies replies;
};

/// A netlink socket, by default of rtnetlink. It belongs to the network namespace of the thread
/// that made it, for its whole life, and can then be used from any one thread.
class Socket {
  public:
    using Visit = std::function<void(nlmsghdr*)>;

    explicit Socket(int protocol = NETLINK_ROUTE);

    /// Sends a request and waits for its end; a refusal is in the answer. Throws only where the
    /// socket itself fails or the kernel is silent for 30 seconds.
    [[nodiscard]] Answer exchange(Message& message);
    /// The same; a refusal throws, `step` is the start of the sentence ("set address of veth0-a").
    void request(Message& message, std::string_view step);
    /// A whole listing; one that was interrupted by a change is asked for again, five times.
    [[nodiscard]] Replies dump(Message& message, std::string_view step);
    /// The same for a listing of what may not be there (ENOENT).
    [[nodiscard]] std::optional<Replies> find(Message& message, std::string_view step);
    /// A listing that may be very long: each message is shown as it arrives, and not kept. One that
    /// was interrupted by a change is as good as it gets.
    void stream(Message& message, std::string_view step, const Visit& visit);

  private:
    Answer whole_dump(Message& message, std::string_view step);
    Answer send_and_receive(Message& message, const Visit& visit);
    void receive_all(unsigned sequence, const Visit& visit, Answer& answer);

    struct Free {
        void operator()(nl_sock* socket) const noexcept { nl_socket_free(socket); }
    };
    std::unique_ptr<nl_sock, Free> socket_;
};

/// Throws "`step`: <errno text> (<kernel's reason>)".
[[noreturn]] void throw_answer(std::string_view step, const Answer& answer);

}  // namespace wpns::host::linux_os::nl
