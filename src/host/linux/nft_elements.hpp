#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/linux/nl_socket.hpp"
#include "model/address.hpp"
#include "model/address6.hpp"

/// Reading what is in sets and maps of a table wpns from the kernel itself: libnftables, which
/// writes them as text to be read again, takes thirty times as long.
namespace wpns::host::linux_os {

/// A key as the kernel keeps it, read part by part, each as the type that the set has in its place.
/// A part that is not there is an Error.
class NftKey {
  public:
    explicit NftKey(std::string_view bytes) : rest_(bytes) {}
    std::string link();
    Ipv4 ipv4();
    Ipv6 ipv6();
    Mac mac();
    std::uint8_t protocol();
    std::uint16_t port();

  private:
    std::string_view take(std::size_t size);

    std::string_view rest_;
};

/// One element; what it has not is empty or zero.
struct NftElement {
    std::string key;   ///< the parts of a concatenation one after the other
    std::string last;  ///< of an interval; else the key
    std::string data;  ///< of a map
    std::string jump;  ///< the chain that a verdict jumps to
    std::string go;    ///< the chain that a verdict goes to
    std::string comment;
    std::uint64_t packets = 0;  ///< of its counter
};

/// The two families in which there is a table wpns.
enum class NftFamily : std::uint8_t { inet = 1, bridge = 7 };  // NFPROTO_* of linux/netfilter.h

/// A request to nf_tables about a family, of type NFT_MSG_*, without attributes.
[[nodiscard]] nl::Message nft_request(int type, NftFamily family);

/// All elements of one set or map, as they are at one moment; nothing where there is no such set.
[[nodiscard]] std::optional<std::vector<NftElement>> find_elements(nl::Socket& socket,
                                                                   NftFamily family,
                                                                   const std::string& set);

}  // namespace wpns::host::linux_os
