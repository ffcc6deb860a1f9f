#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "model/address.hpp"

/// Frames as somebody with all rights in a namespace would write them, past its addresses and
/// neighbours.
namespace wpns::test {

/// What a frame says of itself.
struct Sender {
    Mac mac;       ///< of the frame
    Ipv4 address;  ///< of the packet
};

/// A datagram of one byte in an Ethernet frame.
void send_frame(const std::string& netns, const std::string& link, const Sender& sender,
                const Mac& to_mac, Ipv4 to, std::uint16_t port);
/// The same behind a tag of a virtual LAN.
void send_tagged_frame(const std::string& netns, const std::string& link, const Sender& sender,
                       const Mac& to_mac, Ipv4 to, std::uint16_t port);
/// "ADDRESS is at MAC", to all; the frame itself comes from `frame`.
void send_arp_claim(const std::string& netns, const std::string& link, const Mac& frame,
                    const Sender& claimed);
/// A frame of a kind that the kernel keeps for itself (LLDP), which bridges learn from.
void send_control_frame(const std::string& netns, const std::string& link, const Mac& mac);
/// True when the host answers "who has `target`?" asked in that name, before half a second is over.
[[nodiscard]] bool arp_answered(const std::string& netns, const std::string& link, const Mac& frame,
                                const Sender& asking, Ipv4 target);

/// The MAC that a namespace takes for the owner of an address; zero where it knows none.
[[nodiscard]] Mac neighbour_of(const std::string& netns, const std::string& link, Ipv4 address);
/// The index of the port behind which a bridge takes a MAC to be; 0 where it does not know.
[[nodiscard]] int port_of(const std::string& bridge, const Mac& mac);

}  // namespace wpns::test
