#pragma once

#include <linux/if_ether.h>

#include <array>
#include <cstdint>
#include <string>

/// A link as somebody with the right to write frames sees it.
namespace wpns::probe {

using MacBytes = std::array<std::uint8_t, ETH_ALEN>;

/// A socket for whole frames of a link, which hears those of `protocol` (ETH_P_…, 0 for none);
/// negative with errno where there is none.
[[nodiscard]] int packet_socket(const std::string& link, std::uint16_t protocol);
/// The MAC of the link; for `which` = "other" one that nobody has. False with errno where the link
/// has none.
[[nodiscard]] bool read_mac(int fd, const std::string& link, const std::string& which,
                            MacBytes& mac);

}  // namespace wpns::probe
