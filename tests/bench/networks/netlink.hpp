#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <string>
#include <vector>

/// The least there is between a program and rtnetlink: messages laid end to end, sent at once. The
/// limit that the other ways are measured against; none of the code that wpns uses.
namespace wpns::bench {

/// Several messages in one buffer, each to be acknowledged.
class Messages {
  public:
    /// Ends the message before and begins one with its fixed header.
    template <typename Header>
    void begin(int type, int flags, const Header& header) {
        end();
        start_ = bytes_.size();
        nlmsghdr head{};
        head.nlmsg_type = static_cast<std::uint16_t>(type);
        head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
        append(&head, sizeof head);
        append(&header, sizeof header);
        ++count_;
    }
    void attribute(int type, const void* data, std::size_t size);
    void number(int type, std::uint32_t value) { attribute(type, &value, sizeof value); }
    void text(int type, const std::string& value) {
        attribute(type, value.c_str(), value.size() + 1);
    }
    /// Opens an attribute that holds others, up to the close that is given its answer.
    [[nodiscard]] std::size_t open(int type);
    void close(std::size_t start);
    /// Bytes inside an open attribute that are no attribute.
    void append(const void* data, std::size_t size);

    /// Sends all and reads as many acknowledgements. Throws where one of them is an error.
    void send(int socket);

  private:
    void end();

    std::vector<char> bytes_;
    std::size_t start_ = 0;
    int count_ = 0;
};

/// A socket in the network namespace of the calling thread.
[[nodiscard]] int netlink_socket();

}  // namespace wpns::bench
