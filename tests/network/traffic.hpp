#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.hpp"
#include "model/address.hpp"

/// Real packets. "" names the host, any other name a network namespace. Waits are at most half a
/// second: everything is on one machine.
namespace wpns::test {

/// On all addresses there.
[[nodiscard]] UniqueFd listen_tcp(const std::string& netns, std::uint16_t port);
[[nodiscard]] UniqueFd listen_udp(const std::string& netns, std::uint16_t port);

enum class Reach {
    yes,
    refused,    ///< told so at once
    no_answer,  ///< silence
};
[[nodiscard]] Reach connect_tcp(const std::string& netns, Ipv4 to, std::uint16_t port);
/// Who connected last; nothing when nobody did.
[[nodiscard]] std::optional<Ipv4> accepted_from(const UniqueFd& listener);

/// An open connection, and a way to see whether it still carries anything.
class Connection {
  public:
    /// From `netns` to a listener there; throws when it is not accepted.
    static Connection open_tcp(const std::string& netns, const UniqueFd& listener, Ipv4 to,
                               std::uint16_t port);
    /// The same with datagrams: the first one is answered.
    static Connection open_udp(const std::string& netns, const std::string& server, Ipv4 to,
                               std::uint16_t port);
    /// TCP over IPv6.
    static Connection open_tcp6(const std::string& netns, const UniqueFd& listener,
                                const std::string& to, std::uint16_t port);
    /// One byte there and one back.
    [[nodiscard]] bool carries() const;

  private:
    template <typename Name>
    static Connection open(UniqueFd near, const UniqueFd& listener, const Name& to);
    Connection(UniqueFd near, UniqueFd far) : near_(std::move(near)), far_(std::move(far)) {}

    UniqueFd near_;
    UniqueFd far_;
};

/// An open TCP connection for much data: calls on its ends wait, at most as long as all here.
class Stream {
  public:
    Stream(const std::string& netns, const UniqueFd& listener, Ipv4 to, std::uint16_t port);
    [[nodiscard]] int near() const noexcept { return near_.get(); }
    [[nodiscard]] int far() const noexcept { return far_.get(); }

  private:
    UniqueFd near_;
    UniqueFd far_;
};

/// Sends one datagram, from that address where one is given.
void send_udp(const std::string& netns, Ipv4 to, std::uint16_t port,
              std::optional<Ipv4> from = std::nullopt);
/// Who sent the next datagram that arrived there.
[[nodiscard]] std::optional<Ipv4> received_from(const UniqueFd& socket);
/// One datagram from `netns` to a listener that is set up for it in `server`, and one back.
[[nodiscard]] Reach exchange_udp(const std::string& netns, const std::string& server, Ipv4 to,
                                 std::uint16_t port);

/// One echo request.
[[nodiscard]] Reach ping(const std::string& netns, Ipv4 to);

/// TCP over IPv6.
[[nodiscard]] UniqueFd listen_tcp6(const std::string& netns, std::uint16_t port);
[[nodiscard]] Reach connect_tcp6(const std::string& netns, const std::string& to,
                                 std::uint16_t port);

std::ostream& operator<<(std::ostream& out, Reach reach);

}  // namespace wpns::test
